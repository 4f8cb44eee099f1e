#include "recon/time_intervals.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>

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

std::vector<TimeInterval> TimeIntervals::list() const {
  std::vector<TimeInterval> intervals;
  intervals.reserve(count());
  for (const auto& [start, stop] : stop_by_start_) {
    intervals.push_back({start, stop});
  }
  return intervals;
}

TimeIntervals TimeIntervals::overlap(const TimeIntervals& other) const {
  TimeIntervals common;
  auto a = stop_by_start_.begin();
  auto b = other.stop_by_start_.begin();
  while (a != stop_by_start_.end() && b != other.stop_by_start_.end()) {
    common.add({std::max(a->first, b->first), std::min(a->second, b->second)});
    (a->second < b->second ? a : b)++;
  }
  return common;
}

double decayed_s(const TimeInterval& interval, double half_life_s, double reference_ms) {
  const double length_ms = interval.stop_ms - interval.start_ms;
  if (!(half_life_s > 0)) {
    return 1e-3 * length_ms;
  }
  const double per_ms = std::numbers::ln2 / (1e3 * half_life_s);
  return 1e-3 / per_ms * std::exp(-per_ms * (interval.start_ms - reference_ms)) * -std::expm1(-per_ms * length_ms);
}

double decayed_s(const TimeIntervals& intervals, double half_life_s, double reference_ms) {
  if (!(half_life_s > 0)) {
    return intervals.total_s();
  }
  double sum = 0;
  for (const TimeInterval& interval : intervals.list()) {
    sum += decayed_s(interval, half_life_s, reference_ms);
  }
  return sum;
}

double decay_factor(const TimeIntervals& recorded, double half_life_s, double reference_ms) {
  const bool known = half_life_s > 0 && recorded.count() > 0;
  return known ? recorded.total_s() / decayed_s(recorded, half_life_s, reference_ms) : 1;
}

}  // namespace coincide::recon
