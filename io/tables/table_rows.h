#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coincide::io {

/// A table of numbers in a file, read some columns at a time, in blocks of rows: it may be larger than memory.
class TableRows {
 public:
  virtual ~TableRows() = default;

  /// Names as the file has them.
  virtual const std::vector<std::string>& columns() const = 0;
  /// Replaces `values` by the next rows (some 10^5) of the columns wanted, one vector for each; false at the end.
  /// Throws FileError if the file is damaged, or a cell of a column wanted is no number.
  virtual bool read(std::span<const std::size_t> wanted, std::vector<std::vector<double>>& values) = 0;
  virtual void rewind() = 0;
  virtual double fraction_read() const = 0;
  /// A number that the file states beside the table.
  virtual std::optional<double> attribute(const std::string& name) const = 0;
  /// "HDF5 table /events".
  virtual std::string words() const = 0;
};

/// The number that a word in a column of kinds or sources stands for: prompt 0, delayed 1; true 0, scattered 1,
/// random 2.
std::optional<double> number_of_word(std::string_view word);

/// Opens the table in a CSV file: comma, semicolon or tab, a line with the names of the columns, before it remarks, of
/// which "# duration_s = 60" is an attribute. Throws FileError.
std::unique_ptr<TableRows> open_csv_rows(const std::filesystem::path& path);
/// Opens the table in an HDF5 file: a group that holds one-dimensional data sets of equal length, or a compound data
/// set; of several the one that has most of the names in `known`. Attributes are those of the group, or of one around
/// it. Throws FileError.
std::unique_ptr<TableRows> open_hdf5_rows(const std::filesystem::path& path, std::span<const std::string> known);

}  // namespace coincide::io
