#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "recon/data/frames.h"
#include "recon/events.h"
#include "recon/model.h"

namespace coincide::recon {

/// Of an event; 0 for a scanner with one energy window.
inline std::uint8_t window_of(const std::vector<std::uint8_t>& windows, std::size_t event) {
  return windows.empty() ? 0 : windows[event];
}

/// m of a prompt, with what the file states of it as far as that is `used`.
float factor_of(const EventBlock& block, std::size_t event, const MultiplicativeModel& model, const EventTerms& used);

/// What is worked out of a block for all parts at once: which part each time block and event is in, and m of the
/// prompts, 0 for all other events.
struct SortedBlock {
  std::vector<std::uint32_t> part_of_block;
  std::vector<std::uint32_t> part;
  std::vector<float> factor;
  std::vector<std::size_t> prompts;  ///< by part

  void sort(const EventBlock& block, const TimeParts& parts, const MultiplicativeModel& model, const EventTerms& used,
            int num_threads);
};

}  // namespace coincide::recon
