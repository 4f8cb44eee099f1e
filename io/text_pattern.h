#pragma once

#include <optional>
#include <string>
#include <vector>

namespace coincide::io {

/// The groups of a regular expression (ECMAScript) in a text that matches it as a whole, the text itself first; empty
/// texts for groups that take no part. Nothing if it does not match. One file compiles regular expressions, which takes
/// seconds in each.
std::optional<std::vector<std::string>> matched(const std::string& text, const std::string& pattern);

}  // namespace coincide::io
