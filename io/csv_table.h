#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coincide::io {

/// A table of numbers: a line with the names of its columns, then rows, with commas, semicolons or tabs between. Empty
/// lines and those that begin with # do not count.
class CsvTable {
 public:
  /// Throws FileError that names file and line.
  static CsvTable read(const std::filesystem::path& path);
  /// The same of a table that begins with its first row: its columns are called "1", "2" ...
  static CsvTable read_without_head(const std::filesystem::path& path);

  std::size_t num_rows() const { return columns_.empty() ? 0 : columns_.front().size(); }
  std::size_t num_columns() const { return columns_.size(); }
  bool has(std::string_view column) const;
  /// Throws FileError, with the columns that there are, if there is none of that name.
  std::span<const double> column(std::string_view name) const;

 private:
  static CsvTable read(const std::filesystem::path& path, bool with_head);
  void name_columns(const std::vector<std::string>& first_line, bool with_head);
  void add_row(const std::vector<std::string>& cells, int line);

  std::string file_;
  std::vector<std::string> names_;
  std::vector<std::vector<double>> columns_;
};

}  // namespace coincide::io
