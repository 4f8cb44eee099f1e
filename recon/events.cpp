#include "recon/events.h"

namespace coincide::recon {

void EventBlock::clear() {
  clear_events();
  time_blocks.clear();
  movements.clear();
  alive.clear();
  singles.clear();
}

void EventBlock::clear_events() {
  crystal_a.clear();
  crystal_b.clear();
  tof_bin.clear();
  time_ms.clear();
  delayed.clear();
  window_a.clear();
  window_b.clear();
  factor.clear();
  attenuation.clear();
  additive_per_s.clear();
  scatter_per_s.clear();
  origin.clear();
}

void EventBlock::resize(std::size_t size) {
  crystal_a.resize(size);
  crystal_b.resize(size);
  tof_bin.resize(size);
  time_ms.resize(size);
  delayed.resize(size);
}

bool EventSource::pass_over(EventBlock& block) {
  const bool more = read(block);
  block.clear_events();
  return more;
}

std::vector<std::string> EventCounts::all_warnings() const {
  std::vector<std::string> all = warnings;
  all.insert(all.end(), time_warnings.begin(), time_warnings.end());
  if (!truncated.empty()) {
    all.push_back(truncated);
  }
  return all;
}

}  // namespace coincide::recon
