#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "recon/events.h"

namespace coincide::recon {

/// A union of time intervals, for the duration of an acquisition. In time order adding costs next to nothing.
class TimeIntervals {
 public:
  void add(TimeInterval interval);
  double total_s() const { return static_cast<double>(total_ms_) * 1e-3; }
  std::size_t count() const { return stop_by_start_.size(); }
  /// Ascending, apart from each other.
  std::vector<TimeInterval> list() const;
  /// What both have in common.
  TimeIntervals overlap(const TimeIntervals& other) const;

 private:
  std::map<std::uint32_t, std::uint32_t> stop_by_start_;  ///< disjoint and not touching
  std::uint64_t total_ms_ = 0;
};

/// Integral of exp(-lambda (t - reference)) over the intervals [s]; their length for a half-life of 0, none.
double decayed_s(const TimeIntervals& intervals, double half_life_s, double reference_ms);
double decayed_s(const TimeInterval& interval, double half_life_s, double reference_ms);

/// Activity at the reference over the mean activity while `recorded` lasts; 1 without half-life or intervals.
double decay_factor(const TimeIntervals& recorded, double half_life_s, double reference_ms);

}  // namespace coincide::recon
