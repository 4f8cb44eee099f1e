#include "io/csv_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "io/csv_text.h"
#include "io/input_file.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

std::vector<std::string> cells_of(const std::string& line, char separator) {
  std::vector<std::string> cells;
  for (std::size_t first = 0; first <= line.size();) {
    const std::size_t end = std::min(line.find(separator, first), line.size());
    cells.emplace_back(bare_cell(std::string_view(line).substr(first, end - first)));
    first = end + 1;
  }
  return cells;
}

char separator_of(const std::string& head) {
  for (const char separator : {'\t', ';'}) {
    if (head.find(separator) != std::string::npos) {
      return separator;
    }
  }
  return ',';
}

bool counts(const std::string& line) {
  const std::string_view text = bare_cell(line);
  return !text.empty() && text.front() != '#';
}

}  // namespace

CsvTable CsvTable::read(const std::filesystem::path& path) { return read(path, true); }

CsvTable CsvTable::read_without_head(const std::filesystem::path& path) { return read(path, false); }

CsvTable CsvTable::read(const std::filesystem::path& path, bool with_head) {
  CsvTable table;
  table.file_ = path.string();
  std::istringstream text(read_text_file(path));
  std::string line;
  char separator = ',';
  for (int number = 1; std::getline(text, line); ++number) {
    if (!counts(line)) {
      continue;
    }
    if (table.names_.empty()) {
      separator = separator_of(line);
      table.name_columns(cells_of(line, separator), with_head);
      if (with_head) {
        continue;
      }
    }
    table.add_row(cells_of(line, separator), number);
  }
  if (table.num_rows() == 0) {
    throw FileError(fmt::format("{}: it holds no table: {}rows of numbers are needed.", table.file_,
                                with_head ? "a line with the names of its columns and " : ""));
  }
  return table;
}

void CsvTable::name_columns(const std::vector<std::string>& first_line, bool with_head) {
  names_ = first_line;
  for (std::size_t i = 0; i < names_.size() && !with_head; ++i) {
    names_[i] = std::to_string(i + 1);
  }
  columns_.resize(names_.size());
}

void CsvTable::add_row(const std::vector<std::string>& cells, int line) {
  if (cells.size() != names_.size()) {
    throw FileError(fmt::format("{}, line {}: it has {} cells, but the table has {} columns ({}).", file_, line,
                                cells.size(), names_.size(), fmt::join(names_, ", ")));
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const char* end = cells[i].data() + cells[i].size();
    double& value = columns_[i].emplace_back();
    if (const auto [stop, error] = std::from_chars(cells[i].data(), end, value); error != std::errc() || stop != end) {
      throw FileError(fmt::format("{}, line {}: \"{}\" in column {} is not a number (with a decimal point).", file_,
                                  line, cells[i], names_[i]));
    }
  }
}

bool CsvTable::has(std::string_view column) const { return std::ranges::find(names_, column) != names_.end(); }

std::span<const double> CsvTable::column(std::string_view name) const {
  const auto found = std::ranges::find(names_, name);
  if (found == names_.end()) {
    throw FileError(fmt::format("{}: it has no column {}; its columns are {}.", file_, name, fmt::join(names_, ", ")));
  }
  return columns_[static_cast<std::size_t>(found - names_.begin())];
}

}  // namespace coincide::io
