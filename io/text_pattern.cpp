#include "io/text_pattern.h"

#include <regex>

namespace coincide::io {

struct TextPattern::Compiled {
  std::regex expression;
};

TextPattern::TextPattern(const std::string& expression)
    : compiled_(std::make_shared<Compiled>(Compiled{std::regex(expression)})) {}

std::optional<std::vector<std::string>> TextPattern::groups(const std::string& text) const {
  std::smatch parts;
  if (!std::regex_match(text, parts, compiled_->expression)) {
    return std::nullopt;
  }
  return std::vector<std::string>(parts.begin(), parts.end());
}

}  // namespace coincide::io
