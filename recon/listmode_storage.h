#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "recon/column_store.h"
#include "recon/data/event_columns.h"
#include "recon/data/number_runs.h"
#include "recon/data/part_clock.h"
#include "recon/data/sorted_block.h"
#include "recon/listmode_data.h"

namespace coincide::recon {

/// What ListmodeData holds of one part of an acquisition.
struct ListmodeData::Storage {
  /// In passes over all prompts: what they leave behind need not stay in memory.
  static constexpr std::uint64_t prompts_between_releases = std::uint64_t{1} << 20;

  Storage(const LoadOptions& options, const Scanner& scanner, std::shared_ptr<std::uint64_t> memory)
      : memory_left_bytes(std::move(memory)),
        scratch_folder(options.scratch_folder),
        columns(make_columns(options.subsets)),
        sizes(static_cast<std::size_t>(options.subsets)),
        ranks(*options.ranks),
        num_threads(options.num_threads),
        may_move(options.may_move),
        num_windows(scanner.most_energy_windows()),
        delayeds(scanner.num_crystals()),
        delayeds_by_window(num_windows > 1 ? num_windows * scanner.num_crystals() : 0) {}

  std::unique_ptr<ColumnStore> make_columns(int subsets) const {
    return std::make_unique<ColumnStore>(column_sizes(subsets), memory_left_bytes, scratch_folder);
  }

  template <class T>
  T* column(std::size_t subset, Column which) const {
    return reinterpret_cast<T*>(columns->data(subset * num_columns + which));
  }

  bool uses(std::size_t which) const { return which < window_a || (which < point_a ? num_windows > 1 : may_move); }

  void make_room(std::size_t more) {
    if (next_number - number_released > prompts_between_releases) {
      columns->release();
      number_released = next_number;
    }
    for (std::size_t subset = 0; subset < sizes.size(); ++subset) {
      for (std::size_t which = 0; which < num_columns; ++which) {
        columns->grow(subset * num_columns + which, uses(which) ? sizes[subset] + more / sizes.size() + 1 : 0);
      }
    }
  }

  /// What of the event's rate is used; times the duration, which is known in the end, it is b.
  float rate_of(const EventBlock& block, std::size_t i) {
    const float scatter = block.scatter_per_s.empty() ? 0 : block.scatter_per_s[i];
    const float randoms = block.additive_per_s[i] - scatter;
    const EventTerms& used = stated.used;
    stated.scatter_counts += used.scatter ? scatter : 0;
    stated.randoms_counts += used.randoms ? randoms : 0;
    return used.scatter && used.randoms ? block.additive_per_s[i] : used.scatter ? scatter : randoms;
  }

  /// The prompts that come now are `count`, and `first` is the number of the first of them.
  void begin_numbers(std::uint64_t first, std::uint64_t count) {
    own.add(first, count);
    next_number = first;
  }
  /// Calls visit(number, subset, row) for each prompt that is here, in the order of their numbers.
  template <class Visit>
  void for_each_prompt(Visit visit) const {
    std::vector<std::size_t> row(sizes.size());
    own.for_each([&](std::uint64_t number) {
      const std::size_t subset = number % sizes.size();
      visit(number, subset, row[subset]++);
    });
  }
  /// Its top bits are spread evenly, whatever stretch of the numbers is looked at.
  static std::uint8_t draw_of(std::uint64_t number) {
    constexpr std::uint32_t golden_ratio = 0x9E3779B9;
    constexpr int all_but_top_byte = 24;
    return static_cast<std::uint8_t>((static_cast<std::uint32_t>(number) * golden_ratio) >> all_but_top_byte);
  }

  void add(const EventBlock& block, std::size_t i, float m) {
    stated.factor_sum += m;
    const float rate = stated.used.additive() ? rate_of(block, i) : 0;
    const std::uint64_t number = next_number++;
    const std::size_t subset = number % sizes.size();
    const std::size_t row = sizes[subset]++;
    column<std::uint32_t>(subset, crystal_a)[row] = block.crystal_a[i];
    column<std::uint32_t>(subset, crystal_b)[row] = block.crystal_b[i];
    column<std::uint16_t>(subset, tof_bin)[row] = block.tof_bin[i];
    column<std::uint8_t>(subset, draw)[row] = draw_of(number);
    column<float>(subset, factor)[row] = m;
    if (stated.used.additive()) {
      column<float>(subset, additive)[row] = rate;
    }
    if (num_windows > 1) {
      column<std::uint8_t>(subset, window_a)[row] = window_of(block.window_a, i);
      column<std::uint8_t>(subset, window_b)[row] = window_of(block.window_b, i);
    }
    if (may_move) {
      column<std::uint32_t>(subset, point_a)[row] = block.time_ms[i];
    }
  }

  void add_delayed(const EventBlock& block, std::size_t i) {
    ++delayeds[block.crystal_a[i]];
    ++delayeds[block.crystal_b[i]];
    if (num_windows > 1) {
      ++delayeds_by_window[block.crystal_a[i] * num_windows + window_of(block.window_a, i)];
      ++delayeds_by_window[block.crystal_b[i] * num_windows + window_of(block.window_b, i)];
    }
  }

  void count_impossible();
  std::vector<std::uint64_t> bits_of_left_out() const;
  void add_event(const EventBlock& block, std::size_t i, float m, const MultiplicativeModel& model);
  void add_up_counts();
  void state(const EventCounts& of_file, const PartClock& clock, Reporter& reporter);
  void multiply_additive(float by);
  void make_counts_of_rates();

  void deal_to(int subsets);

  std::shared_ptr<std::uint64_t> memory_left_bytes;  ///< of all parts of an acquisition
  std::filesystem::path scratch_folder;
  std::unique_ptr<ColumnStore> columns;
  std::vector<std::size_t> sizes;  ///< this process's prompts by subset
  Communicator& ranks;
  int num_threads;
  bool may_move;
  std::shared_ptr<const MovedCrystals> moved;
  std::uint32_t scan_start_ms = 0;
  std::size_t num_windows;  ///< of the type of module that has most
  std::vector<std::uint64_t> delayeds;
  std::vector<std::uint64_t> delayeds_by_window;  ///< [crystal][window]; empty if there is one window only
  NumberRuns own;                                 ///< numbers of the prompts that are here
  std::uint64_t next_number = 0;                  ///< of the prompt that is added next
  std::uint64_t prompts = 0;                      ///< that were added, of all processes
  std::uint64_t left_out = 0;                     ///< of these, whose factor has become 0
  std::uint64_t number_released = 0;              ///< when the store was last asked to, while they are read
  std::uint64_t impossible = 0;
  std::uint64_t prompts_in_part = 0;
  std::uint64_t delayeds_in_part = 0;
  StatedTerms stated;
  EventCounts counts;
  TimeIntervals recorded;
  LiveTimeLog live_times;
  SinglesLog singles;
  MovementLog movements;
  std::vector<TimeInterval> blocks;
};

}  // namespace coincide::recon
