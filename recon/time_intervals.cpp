#include "recon/time_intervals.h"

#include <algorithm>
#include <iterator>

namespace coincide::recon {

void TimeIntervals::add(TimeInterval interval) {
  auto& [start, stop] = interval;
  if (stop <= start) {
    return;
  }
  auto next = stop_by_start_.upper_bound(start);
  if (next != stop_by_start_.begin() && std::prev(next)->second >= start) {
    --next;
  }
  while (next != stop_by_start_.end() && next->first <= stop) {
    start = std::min(start, next->first);
    stop = std::max(stop, next->second);
    total_ms_ -= next->second - next->first;
    next = stop_by_start_.erase(next);
  }
  stop_by_start_.emplace_hint(next, start, stop);
  total_ms_ += stop - start;
}

}  // namespace coincide::recon
