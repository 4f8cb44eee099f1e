#include "io/text_pattern.h"

#include <regex>

namespace coincide::io {

std::optional<std::vector<std::string>> matched(const std::string& text, const std::string& pattern) {
  std::smatch parts;
  if (!std::regex_match(text, parts, std::regex(pattern))) {
    return std::nullopt;
  }
  return std::vector<std::string>(parts.begin(), parts.end());
}

}  // namespace coincide::io
