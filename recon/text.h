#pragma once

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

namespace coincide::recon {

inline constexpr std::string_view blanks = " \t\r\n\v\f";

/// The part of the text between the blanks around it; lives as long as the text does.
inline std::string_view trimmed(std::string_view text, std::string_view around = blanks) {
  const std::size_t first = text.find_first_not_of(around);
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(around) - first + 1);
}

inline std::string lower_case(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char letter) { return std::tolower(letter); });
  return result;
}

/// The text as a sentence begins with it.
inline std::string capitalised(std::string text) {
  if (!text.empty()) {
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  }
  return text;
}

}  // namespace coincide::recon
