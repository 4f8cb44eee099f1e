#include "io/csv_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace coincide::io {

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char letter : text) {
    quoted += letter == '"' ? "\"\"" : std::string(1, letter);
  }
  return quoted + '"';
}

std::string csv_cell(double value) { return fmt::format("{:.10g}", value); }

std::string csv_remark(const std::string& text) {
  std::string line = text;
  std::ranges::replace_if(
      line, [](char letter) { return letter == '\n' || letter == '\r'; }, ' ');
  return line.empty() ? "" : fmt::format("# {}\n", line);
}

}  // namespace coincide::io
