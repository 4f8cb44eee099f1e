#include "io/csv_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "recon/text.h"

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

std::string_view bare_cell(std::string_view text) { return recon::trimmed(text, " \t\r\""); }

std::vector<std::string> csv_cells(const std::string& line) {
  std::vector<std::string> cells(1);
  bool is_quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && is_quoted && i + 1 < line.size() && line[i + 1] == '"') {
      cells.back() += line[i++];
    } else if (line[i] == '"') {
      is_quoted = !is_quoted;
    } else if (line[i] == ',' && !is_quoted) {
      cells.emplace_back();
    } else {
      cells.back() += line[i];
    }
  }
  return cells;
}

std::string csv_remark(const std::string& text) {
  std::string line = text;
  std::ranges::replace_if(
      line, [](char letter) { return letter == '\n' || letter == '\r'; }, ' ');
  return line.empty() ? "" : fmt::format("# {}\n", line);
}

}  // namespace coincide::io
