#pragma once

#include <cstdint>
#include <map>

#include "recon/events.h"

namespace coincide::recon {

/// A union of time intervals, for the duration of an acquisition. In time order adding costs next to nothing.
class TimeIntervals {
 public:
  void add(TimeInterval interval);
  double total_s() const { return static_cast<double>(total_ms_) * 1e-3; }

 private:
  std::map<std::uint32_t, std::uint32_t> stop_by_start_;  ///< disjoint and not touching
  std::uint64_t total_ms_ = 0;
};

}  // namespace coincide::recon
