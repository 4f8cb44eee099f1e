#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "recon/block_times.h"
#include "recon/events.h"

namespace coincide::io {

/// The clock of listmode that states the time by marks between the events: a time block lasts from mark to mark.
class TimeMarks {
 public:
  /// How long the last block lasts, and those before a pause.
  explicit TimeMarks(std::uint32_t usual_ms) : usual_ms_(usual_ms) {}

  /// Time of the events that come now; 0 before the first mark.
  std::uint32_t now_ms() const { return now_ms_.value_or(0); }
  /// Ends the block that runs, which had so many prompts, and begins the next. Events before the first mark, which are
  /// in `block`, get its time.
  void mark(std::uint64_t time_ms, std::uint64_t prompts, recon::EventBlock& block);
  /// Ends the last one.
  void end(std::uint64_t prompts, recon::EventBlock& block);
  void rewind();
  /// Puts what the times of all blocks so far tell into `counts`, which keeps the rest.
  void sum_up(recon::EventCounts& counts) const;

 private:
  void close(std::uint32_t stop_ms, std::uint64_t prompts, recon::EventBlock& block);

  std::uint32_t usual_ms_;
  std::optional<std::uint32_t> now_ms_;
  std::uint64_t prompts_before_ = 0;  ///< the first mark
  std::uint64_t blocks_ = 0;
  std::uint64_t backwards_ = 0;
  std::uint64_t pauses_ = 0;
  recon::BlockTimes times_;
};

}  // namespace coincide::io
