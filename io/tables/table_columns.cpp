#include "io/tables/table_columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "projectors/error.h"
#include "recon/text.h"

namespace coincide::io {
namespace {

/// "x1_mm = my_x, tof_ps = -dt" by the known names.
std::map<std::string, std::string> read_mapping(std::string_view mapping) {
  std::map<std::string, std::string> names;
  const auto known = table_column_names();
  for (std::size_t first = 0; first < mapping.size();) {
    const std::size_t end = std::min(mapping.find(',', first), mapping.size());
    const std::string_view part = mapping.substr(first, end - first);
    const auto sign = part.find('=');
    const std::string name(recon::trimmed(part.substr(0, sign)));
    const std::string column(sign == std::string_view::npos ? "" : recon::trimmed(part.substr(sign + 1)));
    if (column.empty() || column == "-" || std::ranges::find(known, name) == known.end()) {
      throw FileError(fmt::format(
          "input.columns holds \"{}\", but each part must be NAME = COLUMN or NAME = -COLUMN, with a comma between, "
          "where NAME is one of {}.",
          recon::trimmed(part), fmt::join(known, ", ")));
    }
    names[name] = column;
    first = end + 1;
  }
  return names;
}

}  // namespace

std::span<const std::string> table_column_names() {
  static const std::array<std::string, num_meanings> names = {
      "x1_mm",   "y1_mm",  "z1_mm",   "x2_mm", "y2_mm",  "z2_mm",   "crystal1", "crystal2", "tof_ps", "tof_mm",
      "tof_bin", "time_s", "time_ms", "kind",  "source", "window1", "window2",  "counts",   "factor", "additive"};
  return names;
}

TableColumns::TableColumns(const std::vector<std::string>& columns, std::string_view mapping,
                           const std::string& table) {
  const std::map<std::string, std::string> mapped = read_mapping(mapping);
  const auto known = table_column_names();
  std::vector<bool> is_used(columns.size());
  for (std::size_t i = 0; i < known.size(); ++i) {
    const auto other = mapped.find(known[i]);
    const bool negative = other != mapped.end() && other->second.front() == '-' &&
                          std::ranges::find(columns, other->second) == columns.end();
    const std::string name = other == mapped.end() ? known[i]
                             : negative ? std::string(recon::trimmed(std::string_view(other->second).substr(1)))
                                        : other->second;
    const auto column = std::ranges::find(columns, name);
    if (column != columns.end()) {
      const auto index = static_cast<std::size_t>(column - columns.begin());
      found_[i] = Place{wanted_.size(), negative ? -1.0 : 1.0};
      wanted_.push_back(index);
      is_used[index] = true;
    } else if (other != mapped.end()) {
      throw FileError(fmt::format("input.columns names the column {}, which {} does not have; its columns are {}.",
                                  name, table, fmt::join(columns, ", ")));
    }
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!is_used[i]) {
      unknown_.push_back(columns[i]);
    }
  }
  check(columns, table);
}

void TableColumns::check(const std::vector<std::string>& columns, const std::string& table) const {
  const auto count = [this](std::initializer_list<Meaning> meanings) {
    return std::ranges::count_if(meanings, [this](Meaning meaning) { return has(meaning); });
  };
  constexpr std::ptrdiff_t both = 2;
  constexpr std::ptrdiff_t all = 6;
  using enum Meaning;
  const auto coordinates = count({x1_mm, y1_mm, z1_mm, x2_mm, y2_mm, z2_mm});
  const auto crystals = count({crystal1, crystal2});
  if (!((coordinates == all && crystals == 0) || (coordinates == 0 && crystals == both))) {
    throw FileError(fmt::format(
        "{} has the columns {}. Events need either x1_mm, y1_mm, z1_mm, x2_mm, y2_mm, z2_mm or crystal1, crystal2; "
        "input.columns = \"x1_mm = my_x, ...\" says which columns of other names these are.",
        table, fmt::join(columns, ", ")));
  }
  if (count({tof_ps, tof_mm, tof_bin}) > 1 || count({time_s, time_ms}) > 1) {
    throw FileError(fmt::format(
        "{} has the columns {}: of tof_ps, tof_mm and tof_bin, and of time_s and time_ms, there may be one.", table,
        fmt::join(columns, ", ")));
  }
}

}  // namespace coincide::io
