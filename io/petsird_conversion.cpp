#include "io/petsird_conversion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>

#include "io/tables/table_states.h"

namespace coincide::io {
namespace {

using recon::EventBlock;
using recon::TimeBlock;

void append_event(const EventBlock& from, std::size_t i, EventBlock& to) {
  to.crystal_a.push_back(from.crystal_a[i]);
  to.crystal_b.push_back(from.crystal_b[i]);
  to.tof_bin.push_back(from.tof_bin[i]);
  to.time_ms.push_back(from.time_ms[i]);
  to.delayed.push_back(from.delayed[i]);
  if (!from.window_a.empty()) {
    to.window_a.push_back(from.window_a[i]);
    to.window_b.push_back(from.window_b[i]);
  }
}

/// Deals events to the time blocks that they are in, and writes these with what stands between them.
class TimeBlockDealer {
 public:
  TimeBlockDealer(const TableStates& states, PetsirdWriter& writer) : states_(states), writer_(writer) {
    const auto& blocks = states_.time_blocks;
    in_time_ = std::ranges::is_sorted(blocks, {}, [](const TimeBlock& block) { return block.time.start_ms; });
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      by_start_.emplace_back(blocks[i].time.start_ms, i);
    }
    std::ranges::sort(by_start_);
  }

  void add(const EventBlock& events) {
    for (const std::size_t i : order(events)) {
      if (pending_.size() > 0 && pending_.time_ms.front() != events.time_ms[i]) {
        write_pending();
      }
      append_event(events, i, pending_);
    }
  }

  void finish() {
    if (pending_.size() > 0) {
      write_pending();
    }
    write_blocks_before(states_.time_blocks.size());
    write_states_before(std::nullopt);
  }

  std::uint64_t num_repeated() const { return repeated_; }
  const std::string& movement_problem() const { return movement_problem_; }

 private:
  /// That of time, if the time blocks have it, too: else that of the file.
  std::vector<std::size_t> order(const EventBlock& events) const {
    std::vector<std::size_t> order(events.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (in_time_ && !std::ranges::is_sorted(events.time_ms)) {
      std::ranges::stable_sort(order, {}, [&](std::size_t i) { return events.time_ms[i]; });
    }
    return order;
  }

  /// With their time block, or with its times once more where others of it were written already.
  void write_pending() {
    const std::uint32_t start_ms = pending_.time_ms.front();
    auto found = std::ranges::lower_bound(by_start_, std::pair(start_ms, next_block_));
    if (found != by_start_.end() && found->first == start_ms) {
      write_blocks_before(found->second);
      write_states_before(states_.time_blocks[next_block_]);
      writer_.write(states_.time_blocks[next_block_++].time, pending_);
    } else {
      found = std::ranges::lower_bound(by_start_, std::pair(start_ms, std::size_t{0}));
      const bool is_known = found != by_start_.end() && found->first == start_ms;
      writer_.write(is_known ? states_.time_blocks[found->second].time : recon::TimeInterval{start_ms, start_ms},
                    pending_);
      ++repeated_;
    }
    pending_.clear();
  }

  /// Without events.
  void write_blocks_before(std::size_t block) {
    for (; next_block_ < block; ++next_block_) {
      write_states_before(states_.time_blocks[next_block_]);
      writer_.write(states_.time_blocks[next_block_].time, {});
    }
  }

  /// Movements and dead time that come before a time block, or all that are left.
  void write_states_before(const std::optional<TimeBlock>& block) {
    for (; next_movement_ < states_.movements.size() && (!block || next_movement_ < block->movements_before);
         ++next_movement_) {
      const recon::Movement& movement = states_.movements[next_movement_];
      if (movement.problem.empty()) {
        writer_.write(movement);
      } else {
        movement_problem_ = movement.problem;
      }
    }
    for (; next_alive_ < states_.alive.size() &&
           (!block || states_.alive[next_alive_].time.start_ms <= block->time.start_ms);
         ++next_alive_) {
      writer_.write(states_.alive[next_alive_]);
    }
  }

  const TableStates& states_;
  PetsirdWriter& writer_;
  std::vector<std::pair<std::uint32_t, std::size_t>> by_start_;  ///< of time blocks, with their places in the list
  bool in_time_ = false;
  EventBlock pending_;  ///< events of one time block, of which more may come
  std::size_t next_block_ = 0;
  std::size_t next_movement_ = 0;
  std::size_t next_alive_ = 0;
  std::uint64_t repeated_ = 0;
  std::string movement_problem_;
};

TableStates states_of(recon::EventSource& source) {
  TableStates states;
  EventBlock block;
  source.rewind();
  while (source.read(block)) {
    states.add(block);
  }
  return states;
}

}  // namespace

std::vector<std::string> write_petsird(recon::EventSource& source, PetsirdWriter& writer, recon::Reporter& reporter) {
  const TableStates states = states_of(source);
  TimeBlockDealer dealer(states, writer);
  EventBlock block;
  source.rewind();
  while (source.read(block)) {
    dealer.add(block);
    reporter.progress("writing events", source.fraction_read());
  }
  dealer.finish();
  writer.finish();
  std::vector<std::string> told;
  if (dealer.num_repeated() > 0) {
    told.push_back(fmt::format(
        "The events are not in the order of time: {} time blocks repeat times of others, so that durations add up to "
        "too much where a program does not see that.",
        dealer.num_repeated()));
  }
  if (!dealer.movement_problem().empty()) {
    told.push_back(fmt::format("Movements of bed or gantry are not written: {}.", dealer.movement_problem()));
  }
  return told;
}

}  // namespace coincide::io
