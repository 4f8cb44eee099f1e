#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coincide::io {

/// What a column of a table of events may mean.
enum class Meaning {
  x1_mm,
  y1_mm,
  z1_mm,
  x2_mm,
  y2_mm,
  z2_mm,
  crystal1,  ///< from here on rows of the scanner
  crystal2,
  tof_ps,   ///< t1 - t2
  tof_mm,   ///< from the middle towards end 2
  tof_bin,  ///< index into the scanner's TOF bins
  time_s,
  time_ms,
  kind,    ///< 0 prompt, 1 delayed
  source,  ///< 0 true, 1 scattered, 2 random: of simulated data
  window1,
  window2,
  counts,  ///< of bins, not events; so are the next
  factor,
  additive
};
inline constexpr std::size_t num_meanings = 20;

/// The names of the meanings, in their order.
std::span<const std::string> table_column_names();

/// Which columns of a file mean what.
class TableColumns {
 public:
  /// `mapping`: "x1_mm = my_x, tof_ps = -dt", for columns of other names. Throws FileError for a mapping that cannot be
  /// understood, that names a column which is not there, and for columns that make neither events nor
  /// bins; `table` is named there.
  TableColumns(const std::vector<std::string>& columns, std::string_view mapping, const std::string& table);

  bool has(Meaning meaning) const { return found_[static_cast<std::size_t>(meaning)].has_value(); }
  /// Rows are bins, not events.
  bool is_histogram() const { return has(Meaning::counts); }
  bool has_points() const { return has(Meaning::x1_mm); }
  bool has_tof_value() const { return has(Meaning::tof_ps) || has(Meaning::tof_mm); }
  /// Columns of the file that are used, to be read together.
  const std::vector<std::size_t>& wanted() const { return wanted_; }
  /// The column in what was read of `wanted()`, and the factor, 1 or -1, of its values. Only where has() is true.
  struct Place {
    std::size_t index = 0;
    double sign = 1;
  };
  Place place(Meaning meaning) const { return *found_[static_cast<std::size_t>(meaning)]; }
  /// Names that mean nothing here.
  const std::vector<std::string>& unknown() const { return unknown_; }

 private:
  void check(const std::vector<std::string>& columns, const std::string& table) const;

  std::array<std::optional<Place>, num_meanings> found_{};
  std::vector<std::size_t> wanted_;
  std::vector<std::string> unknown_;
};

}  // namespace coincide::io
