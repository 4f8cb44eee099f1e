#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "recon/events.h"
#include "recon/motion/pose.h"

namespace coincide::recon {

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
  /// That of a time before the first row is the first.
  std::size_t row_at(std::uint32_t time_ms) const;
  /// Throws InputError, with both spans, if something was recorded before the first pose, or began so late that the
  /// last one would have to hold for longer than any other did: what wrote the table stopped early, or counts from
  /// another zero. A single pose is that of a body that stands still.
  void check_covers(const TimeInterval& recorded) const;

 private:
  std::int64_t reach_ms() const;

  std::vector<std::int64_t> start_ms_;  ///< ascending
  std::vector<Pose> poses_;
};

}  // namespace coincide::recon
