#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "recon/block_times.h"
#include "recon/data/frames.h"
#include "recon/events.h"
#include "recon/live_time.h"
#include "recon/movement_log.h"
#include "recon/reporter.h"
#include "recon/singles.h"

namespace coincide::recon {

/// What the time blocks of a part say of it, and what they leave in doubt. Refers to the part.
class PartClock {
 public:
  explicit PartClock(const TimePart&&) = delete;
  explicit PartClock(const TimePart& part)
      : part_(part), span_(part.span()), whole_file_(part.pieces == std::vector{Frame{}}) {}

  /// All that was read, in the part or not. `part_of_block` tells the part of each of its time blocks; `own` is this
  /// one.
  void add(const EventBlock& block, std::span<const std::uint32_t> part_of_block, std::uint32_t own);

  /// Throws InputError that says why the part holds no prompts, `impossible` of them left out. `of_file`: what was
  /// read.
  [[noreturn]] void refuse_empty(const EventCounts& of_file, std::uint64_t impossible) const;
  /// First and last time, duration and warnings.
  void state_in(EventCounts& counts, Reporter& reporter) const;

  const BlockTimes& times() const { return times_; }
  const std::vector<TimeInterval>& blocks() const { return blocks_; }  ///< of the part, as they came
  const MovementLog& movements() const { return movements_; }
  const LiveTimeLog& live_times() const { return live_times_; }
  const SinglesLog& singles() const { return singles_; }

 private:
  void add_states(const EventBlock& block);
  void add(const TimeBlock& block, bool held);
  void refuse_part_within_block() const;
  bool may_hold_in_part(const TimeInterval& time) const;
  void state_resolution(EventCounts& counts, Reporter& reporter) const;

  const TimePart& part_;
  Frame span_;
  bool whole_file_;
  BlockTimes times_;
  std::vector<TimeInterval> blocks_;
  MovementLog movements_;
  LiveTimeLog live_times_;
  SinglesLog singles_;
  TimeInterval cut_at_start_;  ///< block outside that ends in the span; without length if there is none
  TimeInterval cut_at_stop_;   ///< block in the span, or over it, that ends beyond
};

}  // namespace coincide::recon
