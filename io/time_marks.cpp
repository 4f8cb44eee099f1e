#include "io/time_marks.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace coincide::io {

void TimeMarks::rewind() { *this = TimeMarks(usual_ms_); }

void TimeMarks::close(std::uint32_t stop_ms, std::uint64_t prompts, recon::EventBlock& block) {
  const recon::TimeBlock time{.time = {now_ms(), stop_ms}, .prompts = prompts};
  times_.add(time);
  block.time_blocks.push_back(time);
  ++blocks_;
}

void TimeMarks::mark(std::uint64_t time_ms, std::uint64_t prompts, recon::EventBlock& block) {
  constexpr std::uint32_t pause_ms = 1000;  // and longer: nothing was recorded, not even the time
  const auto next_ms =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(time_ms, std::numeric_limits<std::uint32_t>::max() - 1));
  if (!now_ms_) {
    std::ranges::fill(block.time_ms, next_ms);  // of events before the first mark
    prompts_before_ = prompts;
  } else {
    prompts += std::exchange(prompts_before_, 0);
    const bool backwards = next_ms < now_ms();
    const bool pause = !backwards && next_ms - now_ms() > std::max(pause_ms, usual_ms_);
    backwards_ += backwards ? 1 : 0;
    pauses_ += pause ? 1 : 0;
    close(backwards || pause ? now_ms() + usual_ms_ : next_ms, prompts, block);
  }
  now_ms_ = next_ms;
}

void TimeMarks::end(std::uint64_t prompts, recon::EventBlock& block) {
  if (now_ms_ || prompts > 0) {
    close(now_ms() + usual_ms_, prompts + prompts_before_, block);
  }
}

void TimeMarks::sum_up(recon::EventCounts& counts) const {
  counts.time_blocks = blocks_;
  counts.first_ms = times_.first_ms();
  counts.last_ms = times_.last_ms();
  counts.duration_s = times_.recorded().total_s();
  counts.no_duration = times_.no_duration();
  counts.time_warnings = times_.warnings();
  if (backwards_ > 0) {
    counts.time_warnings.push_back(
        fmt::format("The time goes backwards {} times: the file is damaged, or several acquisitions follow each other "
                    "in it, whose times are taken as they are.",
                    backwards_));
  }
  if (pauses_ > 0) {
    counts.time_warnings.push_back(fmt::format(
        "The time stands still for more than a second {} times: these pauses do not count as recorded.", pauses_));
  }
}

}  // namespace coincide::io
