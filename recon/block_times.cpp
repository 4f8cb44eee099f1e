#include "recon/block_times.h"

#include <fmt/format.h>

#include <algorithm>

namespace coincide::recon {
namespace {

std::uint32_t length_ms(const TimeInterval& time) { return time.stop_ms - time.start_ms; }

double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

bool has_length(const TimeInterval& time) {
  return time.stop_ms > time.start_ms && time.stop_ms != std::numeric_limits<std::uint32_t>::max();
}

void BlockTimes::add(const TimeBlock& block) {
  const TimeInterval& time = block.time;
  ++blocks_;
  prompts_ += block.prompts;
  first_ms_ = std::min(first_ms_, time.start_ms);
  last_ms_ = std::max(last_ms_, time.start_ms);
  if (has_length(time)) {
    last_ms_ = std::max(last_ms_, time.stop_ms);
    recorded_.add(time);
    total_ms_ += block.prompts > 0 ? length_ms(time) : 0;
    longest_ = length_ms(time) > length_ms(longest_.time) ? block : longest_;
  } else if (block.prompts > 0) {
    first_without_length_ = blocks_without_length_ == 0 ? time : first_without_length_;
    ++blocks_without_length_;
    prompts_without_length_ += block.prompts;
  }
}

std::string BlockTimes::without_length_text() const {
  return fmt::format("{} of {} time blocks state no length (the first goes from {} ms to {} ms)",
                     blocks_without_length_, blocks_, first_without_length_.start_ms, first_without_length_.stop_ms);
}

std::string BlockTimes::no_duration() const {
  constexpr double bearable_percent = 1;
  if (empty() || (recorded_.count() > 0 && percent(prompts_without_length_, prompts_) <= bearable_percent)) {
    return "";
  }
  return blocks_without_length_ > 0 ? without_length_text() : "no time block states a length";
}

/// Longer than all others together, yet with hardly any prompts for that.
bool BlockTimes::longest_is_implausible() const {
  constexpr std::uint64_t least_blocks = 3;
  constexpr double least_rate = 0.01;  // of that of the other blocks
  const double longest_ms = length_ms(longest_.time);
  const double others_ms = static_cast<double>(total_ms_) - (longest_.prompts > 0 ? longest_ms : 0);
  const auto others_prompts = static_cast<double>(prompts_ - prompts_without_length_ - longest_.prompts);
  return blocks_ >= least_blocks && longest_ms > others_ms &&
         static_cast<double>(longest_.prompts) * others_ms < least_rate * others_prompts * longest_ms;
}

std::vector<std::string> BlockTimes::warnings() const {
  constexpr double most_s = 86400;
  constexpr double rounding = 1.01;
  std::vector<std::string> sentences;
  if (blocks_without_length_ > 0 && no_duration().empty()) {
    sentences.push_back(fmt::format("{}, but {:.2g} % of the prompts: activities are too high by that.",
                                    without_length_text(), percent(prompts_without_length_, prompts_)));
  }
  if (longest_is_implausible()) {
    sentences.push_back(
        fmt::format("The time block from {} ms to {} ms has {} prompts, far fewer than others in that time: its stop "
                    "looks wrong, and with it the duration of {:.6g} s and all activities.",
                    longest_.time.start_ms, longest_.time.stop_ms, longest_.prompts, recorded_.total_s()));
  } else if (recorded_.total_s() > most_s) {
    sentences.push_back(
        fmt::format("The time blocks last {:.6g} s together, the longest from {} ms to {} ms: no acquisition takes "
                    "days, so times look wrong (they count in ms), and with them all activities.",
                    recorded_.total_s(), longest_.time.start_ms, longest_.time.stop_ms));
  }
  if (1e-3 * static_cast<double>(total_ms_) > rounding * recorded_.total_s()) {
    sentences.push_back(
        fmt::format("Time blocks overlap: they last {:.6g} s one after the other, but {:.6g} s pass. Are there events "
                    "twice, or several acquisitions in the file? Activities are then too high.",
                    1e-3 * static_cast<double>(total_ms_), recorded_.total_s()));
  }
  return sentences;
}

}  // namespace coincide::recon
