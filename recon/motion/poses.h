#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "recon/time_intervals.h"

namespace coincide::recon {

using Point = std::array<double, 3>;

/// Where a rigid body stands: p_scanner = R(q) p_reference + t, in scanner axes.
struct Pose {
  std::array<double, 4> q{1, 0, 0, 0};  ///< w, x, y, z of a quaternion of length 1
  Point t_mm{};
  bool operator==(const Pose&) const = default;
};

/// A pose, ready to move many points.
class PoseMap {
 public:
  explicit PoseMap(const Pose& pose);
  Point to_scanner(const Point& reference_mm) const;
  /// The inverse: what the ends of a LOR are moved by.
  Point to_reference(const Point& scanner_mm) const;
  const std::array<Point, 3>& rows() const { return rows_; }  ///< of R

 private:
  std::array<Point, 3> rows_;
  Point t_mm_;
};

/// A row of a table of poses: from its time on, counted from the table's zero.
struct PoseRow {
  double time_s = 0;
  Pose pose;
};

/// The poses of an acquisition. Each holds from its time to that of the next, the last one to the end.
class PoseTable {
 public:
  /// `zero_s` is when the table's zero was on the data's clock; times are rounded to ms. Throws InputError for no rows,
  /// two rows at one time, numbers that are not finite, and quaternions more than 1 % off length 1 (others are brought
  /// to it).
  PoseTable(std::span<const PoseRow> rows, double zero_s);

  std::size_t size() const { return poses_.size(); }
  const Pose& pose(std::size_t row) const { return poses_[row]; }
  /// Of a time that is covered.
  std::size_t row_at(std::uint32_t time_ms) const;
  /// How long a row holds, as far as that is on the data's clock.
  TimeIntervals times_of(std::size_t row) const;
  std::int64_t last_start_ms() const { return start_ms_.back(); }  ///< of the last row, on the data's clock
  double longest_s() const;                                        ///< that a row holds but the last; 0 for one row
  /// Throws InputError, with both spans, if something was recorded before the first pose.
  void check_covers(const TimeIntervals& recorded) const;

 private:
  std::vector<std::int64_t> start_ms_;  ///< ascending
  std::vector<Pose> poses_;
};

}  // namespace coincide::recon
