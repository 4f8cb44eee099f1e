#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coincide::io {

/// A regular expression (ECMAScript). One file compiles <regex>, which takes seconds in each.
class TextPattern {
 public:
  explicit TextPattern(const std::string& expression);

  /// The groups of a text that matches as a whole, the text itself first; empty texts for groups that take no part.
  /// Nothing if it does not match.
  std::optional<std::vector<std::string>> groups(const std::string& text) const;
  bool matches(const std::string& text) const { return groups(text).has_value(); }

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace coincide::io
