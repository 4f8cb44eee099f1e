#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "recon/events.h"
#include "recon/time_intervals.h"

namespace coincide::recon {

/// When the time blocks of an acquisition, or of a frame of it, were recorded, and what cannot be right about that.
/// Blocks may come in any order. A block that does not stop after its start, or stops at 2^32 - 1 ms, has no length.
class BlockTimes {
 public:
  void add(const TimeBlock& block);

  bool empty() const { return blocks_ == 0; }
  std::uint32_t first_ms() const { return empty() ? 0 : first_ms_; }  ///< start of the earliest block
  std::uint32_t last_ms() const { return last_ms_; }
  /// Of the blocks that have a length.
  const TimeIntervals& recorded() const { return recorded_; }
  const TimeInterval& longest() const { return longest_.time; }

  /// Why recorded() is not how long the prompts took ("3 of 5 time blocks have no length ..."); empty if it is.
  std::string no_duration() const;
  /// Sentences, a few at most, however many blocks there are.
  std::vector<std::string> warnings() const;

 private:
  std::string without_length_text() const;
  bool longest_is_implausible() const;

  std::uint64_t blocks_ = 0;
  std::uint64_t prompts_ = 0;
  std::uint64_t total_ms_ = 0;               ///< of blocks with a length and prompts
  std::uint64_t blocks_without_length_ = 0;  ///< of those with prompts
  std::uint64_t prompts_without_length_ = 0;
  TimeInterval first_without_length_;
  TimeBlock longest_;
  std::uint32_t first_ms_ = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t last_ms_ = 0;
  TimeIntervals recorded_;
};

/// Whether the stop of a block says how long it lasted.
bool has_length(const TimeInterval& time);

}  // namespace coincide::recon
