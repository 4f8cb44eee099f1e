#include "recon/data/part_clock.h"

#include <fmt/format.h>

#include <algorithm>

#include "projectors/error.h"
#include "recon/text.h"

namespace coincide::recon {
namespace {

std::uint64_t length_ms(const TimeInterval& time) { return has_length(time) ? time.stop_ms - time.start_ms : 0; }

}  // namespace

void PartClock::add(const EventBlock& block, std::span<const std::uint32_t> part_of_block, std::uint32_t own) {
  add_states(block);
  for (std::size_t i = 0; i < block.time_blocks.size(); ++i) {
    add(block.time_blocks[i], part_of_block[i] == own);
  }
}

void PartClock::add_states(const EventBlock& block) {
  for (const Movement& movement : block.movements) {
    movements_.add(movement);
  }
  for (const AliveFractions& alive : block.alive) {
    if (may_hold_in_part(alive.time)) {
      live_times_.add(alive);
    }
  }
  for (const SinglesCounts& singles : block.singles) {
    singles_.add(singles, part_.pieces);
  }
}

void PartClock::add(const TimeBlock& block, bool held) {
  const TimeInterval& time = block.time;
  if (held) {
    movements_.add(block);
    times_.add(block);
    blocks_.push_back(time);
  }
  if (has_length(time)) {
    cut_at_start_ = time.start_ms < span_.start_ms && time.stop_ms > span_.start_ms ? time : cut_at_start_;
    cut_at_stop_ = time.start_ms < span_.stop_ms && time.stop_ms > span_.stop_ms ? time : cut_at_stop_;
  }
}

/// The last time block of a part may reach beyond it, though hardly by its whole length.
bool PartClock::may_hold_in_part(const TimeInterval& time) const {
  const bool ends_before = time.stop_ms > time.start_ms && time.stop_ms <= span_.start_ms;
  return !ends_before && time.start_ms < span_.stop_ms + (span_.stop_ms - span_.start_ms);
}

/// One within a time block has none that begins in it.
void PartClock::refuse_part_within_block() const {
  if (times_.empty() && has_length(cut_at_start_)) {
    throw InputError(fmt::format(
        "no time block begins in {}: it lies in the one from {} s to {} s. Events have no times of their own but those "
        "of their time blocks: let the window hold the start of one (input.start_s, input.stop_s)",
        part_.name, 1e-3 * cut_at_start_.start_ms, 1e-3 * cut_at_start_.stop_ms));
  }
}

void PartClock::refuse_empty(const EventCounts& of_file, std::uint64_t impossible) const {
  if (impossible > 0) {
    throw InputError(fmt::format(
        "all {} prompts in {} are between crystals that the scanner's model excludes, or that have efficiency 0: is it "
        "the right scanner?",
        impossible, part_.name));
  }
  refuse_part_within_block();
  throw InputError(
      fmt::format("there are no prompts in {}: {} were read, from {} s to {} s. Change input.start_s and input.stop_s, "
                  "or [frames].",
                  part_.name, of_file.prompts, 1e-3 * of_file.first_ms, 1e-3 * of_file.last_ms));
}

void PartClock::state_in(EventCounts& counts, Reporter& reporter) const {
  counts.first_ms = times_.first_ms();
  counts.last_ms = times_.last_ms();
  counts.duration_s = times_.recorded().total_s();
  counts.no_duration = times_.no_duration();
  counts.time_warnings = times_.warnings();
  state_resolution(counts, reporter);
}

/// Whole time blocks make a part, so long ones make it another than was asked for.
void PartClock::state_resolution(EventCounts& counts, Reporter& reporter) const {
  constexpr std::uint64_t least_blocks = 10;  // a piece should last
  constexpr std::uint64_t most_blocks = 100;  // where one more or less does not matter
  if (whole_file_ || times_.empty()) {
    return;
  }
  const std::uint64_t piece_ms = std::min(part_.shortest_piece_ms(), times_.last_ms() - span_.start_ms);
  const std::uint64_t cut_ms = std::max(length_ms(cut_at_start_), length_ms(cut_at_stop_));
  const std::uint64_t longest_ms = length_ms(times_.longest());
  if (cut_ms == 0 && longest_ms * least_blocks <= piece_ms) {
    return;
  }
  const std::string sentence = fmt::format(
      "{} is made of the whole time blocks that begin in it, which last up to {} s: it holds {} s to {} s. "
      "Events have no other times; let windows begin and end where time blocks do.",
      capitalised(part_.name), 1e-3 * static_cast<double>(std::max(cut_ms, longest_ms)), 1e-3 * times_.first_ms(),
      1e-3 * times_.last_ms());
  if (std::max(cut_ms * most_blocks, longest_ms * least_blocks) > piece_ms) {
    counts.time_warnings.push_back(sentence);
  } else {
    reporter.note(sentence);
  }
}

}  // namespace coincide::recon
