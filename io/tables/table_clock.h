#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recon/block_times.h"
#include "recon/events.h"

namespace coincide::io {

/// Equal time blocks for events that come in any order, each with a time of its own. What lasts longer than 10^6 ms has
/// longer blocks than 1 ms.
class TableClock {
 public:
  /// One block of unknown length.
  TableClock() = default;
  /// From the start to the stop; times count from `zero_s` of the table's own clock.
  TableClock(double start_s, double stop_s, double zero_s);

  /// The start of the block that holds a time of the table; the first or the last one if none does.
  std::uint32_t start_of(double time_s) const;
  /// Counts prompts by the starts of their blocks.
  void count(const recon::EventBlock& block);
  /// All blocks, with what was counted; then counts from 0 again.
  std::vector<recon::TimeBlock> take_blocks();
  const std::string& note() const { return note_; }

 private:
  std::uint32_t start_ms_ = 0;
  std::uint32_t length_ms_ = 0;  ///< 0: not known
  double zero_s_ = 0;
  std::vector<std::uint64_t> prompts_ = {0};
  std::string note_;
};

}  // namespace coincide::io
