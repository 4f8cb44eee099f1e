#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "recon/events.h"

namespace coincide::tests {

/// An acquisition that lies in memory: `events` in order of time, handed out in small blocks. Time blocks last
/// `step_ms`. A simulation may write into it.
class MemoryEvents final : public recon::EventSource, public recon::EventSink {
 public:
  explicit MemoryEvents(recon::Scanner scanner, std::size_t events_per_block = 100)
      : scanner_(std::move(scanner)), events_per_block_(events_per_block) {}

  recon::EventBlock events;
  recon::Efficiencies table;
  recon::EventTerms terms;
  std::uint32_t step_ms = 1;
  std::uint32_t silence_ms = 0;               ///< time blocks without events at the end
  std::optional<std::uint32_t> moves_at_ms;   ///< the bed
  std::vector<recon::AliveFractions> alive;   ///< stated behind the last event
  std::vector<recon::SinglesCounts> singles;  ///< likewise

  void add(std::uint32_t a, std::uint32_t b, std::uint16_t tof_bin = 0, std::uint32_t time_ms = 0,
           bool delayed = false) {
    events.crystal_a.push_back(a);
    events.crystal_b.push_back(b);
    events.tof_bin.push_back(tof_bin);
    events.time_ms.push_back(time_ms);
    events.delayed.push_back(delayed ? 1 : 0);
  }

  void add_in_windows(std::uint32_t a, std::uint8_t window_a, std::uint32_t b, std::uint8_t window_b, bool delayed) {
    add(a, b, 0, 0, delayed);
    events.window_a.push_back(window_a);
    events.window_b.push_back(window_b);
  }

  void write(recon::TimeInterval interval, const recon::EventBlock& block) override {
    step_ms = interval.stop_ms - interval.start_ms;
    for (std::size_t i = 0; i < block.size(); ++i) {
      add(block.crystal_a[i], block.crystal_b[i], block.tof_bin[i], interval.start_ms, block.delayed[i] != 0);
    }
  }

  const recon::Scanner& scanner() const override { return scanner_; }
  const recon::Efficiencies& efficiencies() const override { return table; }
  recon::EventTerms event_terms() const override { return terms; }
  std::string format() const override { return "memory"; }
  bool read(recon::EventBlock& block) override {
    block.clear();
    const std::size_t stop = std::min(events.size(), next_ + events_per_block_);
    for (; next_ < stop; ++next_) {
      block.crystal_a.push_back(events.crystal_a[next_]);
      block.crystal_b.push_back(events.crystal_b[next_]);
      block.tof_bin.push_back(events.tof_bin[next_]);
      block.time_ms.push_back(events.time_ms[next_]);
      block.delayed.push_back(events.delayed[next_]);
      if (!events.window_a.empty()) {
        block.window_a.push_back(events.window_a[next_]);
        block.window_b.push_back(events.window_b[next_]);
      }
      for (const auto column : {&recon::EventBlock::factor, &recon::EventBlock::attenuation,
                                &recon::EventBlock::additive_per_s, &recon::EventBlock::scatter_per_s}) {
        if (!(events.*column).empty()) {
          (block.*column).push_back((events.*column)[next_]);
        }
      }
      ++(events.delayed[next_] != 0 ? counts_.delayeds : counts_.prompts);
    }
    if (events.size() == 0) {
      return false;
    }
    const bool at_end = block.size() == 0;
    if (at_end && !all_is_read_) {
      block.alive = alive;
      block.singles = singles;
      counts_.singles_blocks = singles.size();
      counts_.dead_time_blocks = alive.size();
    }
    const bool states = !block.alive.empty() || !block.singles.empty();
    all_is_read_ = at_end;
    add_intervals(block, at_end);
    counts_.first_ms = events.time_ms.front();
    counts_.last_ms = (at_end ? events.time_ms.back() + silence_ms : block.time_ms.back()) + step_ms;
    counts_.duration_s = 1e-3 * (counts_.last_ms - counts_.first_ms);
    return !block.time_blocks.empty() || !at_end || states;
  }
  void rewind() override {
    next_ = 0;
    all_is_read_ = false;
    next_interval_ms_.reset();
    counts_ = {};
  }
  double fraction_read() const override {
    return events.size() == 0 ? 1 : static_cast<double>(next_) / static_cast<double>(events.size());
  }
  const recon::EventCounts& counts() const override { return counts_; }

 private:
  /// The time blocks of the events in `block`, or those of the silence at the end.
  void add_intervals(recon::EventBlock& block, bool at_end) {
    const std::uint32_t last_start_ms = at_end ? events.time_ms.back() + silence_ms : block.time_ms.back();
    std::uint32_t& start_ms =
        next_interval_ms_ ? *next_interval_ms_ : next_interval_ms_.emplace(events.time_ms.front());
    for (; start_ms <= last_start_ms; start_ms += step_ms) {
      if (moves_at_ms && start_ms >= *moves_at_ms && !counts_.moves) {
        block.movements.push_back({.start_ms = start_ms, .pose = {.t_mm = {0, 0, 1}}});
        counts_.moves = true;
      }
      const auto prompts = static_cast<std::uint64_t>(std::ranges::count(block.time_ms, start_ms));
      block.time_blocks.push_back({{start_ms, start_ms + step_ms}, prompts, counts_.moves ? 1U : 0U});
    }
  }

  recon::Scanner scanner_;
  std::size_t events_per_block_;
  std::size_t next_ = 0;
  bool all_is_read_ = false;
  std::optional<std::uint32_t> next_interval_ms_;  ///< none before the first
  recon::EventCounts counts_;
};

}  // namespace coincide::tests
