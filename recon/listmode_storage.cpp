#include "recon/listmode_storage.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "projectors/error.h"
#include "recon/parallel.h"

namespace coincide::recon {
namespace {

/// Numbers without those that are left out, one after the other.
class NumbersLeft {
 public:
  /// A bit for each number that is left out; none: all stay.
  explicit NumbersLeft(std::vector<std::uint64_t> bits) : bits_(std::move(bits)) {
    before_.reserve(bits_.size());
    std::uint64_t sum = 0;
    for (const std::uint64_t word : bits_) {
      before_.push_back(sum);
      sum += static_cast<std::uint64_t>(std::popcount(word));
    }
  }

  bool contains(std::uint64_t number) const { return bits_.empty() || (bits_[number / 64] >> number % 64 & 1) == 0; }
  /// The new number of one that stays.
  std::uint64_t number(std::uint64_t number) const {
    if (bits_.empty()) {
      return number;
    }
    const std::uint64_t below = bits_[number / 64] & ((std::uint64_t{1} << number % 64) - 1);
    return number - before_[number / 64] - static_cast<std::uint64_t>(std::popcount(below));
  }

 private:
  std::vector<std::uint64_t> bits_;
  std::vector<std::uint64_t> before_;  ///< by word, how many are left out before it
};

}  // namespace

void ListmodeData::Storage::add_event(const EventBlock& block, std::size_t i, float m,
                                      const MultiplicativeModel& model) {
  if (block.delayed[i] != 0) {
    ++delayeds_in_part;
    if (model.in_coincidence(block.crystal_a[i], block.crystal_b[i])) {
      add_delayed(block, i);
    }
  } else {
    ++prompts_in_part;
    if (m > 0) {
      add(block, i, m);
    } else {
      ++impossible;
    }
  }
}

/// What each process has counted of its turns becomes that of all.
void ListmodeData::Storage::add_up_counts() {
  ranks.sum(delayeds);
  ranks.sum(delayeds_by_window);
  impossible = ranks.sum(impossible);
  prompts_in_part = ranks.sum(prompts_in_part);
  delayeds_in_part = ranks.sum(delayeds_in_part);
  stated.factor_sum = ranks.sum(stated.factor_sum);
  stated.scatter_counts = ranks.sum(stated.scatter_counts);
  stated.randoms_counts = ranks.sum(stated.randoms_counts);
}

/// What was found, when all has been read.
void ListmodeData::Storage::state(const EventCounts& of_file, const PartClock& clock, Reporter& reporter) {
  counts = of_file;
  scan_start_ms = of_file.first_ms;
  counts.prompts = prompts_in_part;
  counts.delayeds = delayeds_in_part;
  clock.state_in(counts, reporter);
  recorded = clock.times().recorded();
  live_times = clock.live_times();
  singles = clock.singles();
  movements = clock.movements();
  blocks = clock.blocks();
  if (stated.used.additive() && prompts > 0) {
    make_counts_of_rates();
  }
}

void ListmodeData::Storage::multiply_additive(float by) {
  for (std::size_t subset = 0; subset < sizes.size(); ++subset) {
    float* b = column<float>(subset, additive);
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads))
    for (std::size_t i = 0; i < sizes[subset]; ++i) {
      b[i] *= by;
    }
  }
}

void ListmodeData::Storage::make_counts_of_rates() {
  if (!counts.no_duration.empty() || !(recorded.total_s() > 0)) {
    throw InputError(fmt::format(
        "the file states scatter or randoms per second, but not how long its events took ({}): they cannot be "
        "corrected. Set the duration in the file's header",
        counts.no_duration.empty() ? "its time blocks have no length" : counts.no_duration));
  }
  const double duration_s = recorded.total_s();
  multiply_additive(static_cast<float>(duration_s));
  stated.scatter_counts *= duration_s;
  stated.randoms_counts *= duration_s;
}

/// By number of the prompt, a bit for each that is left out; none if none is.
std::vector<std::uint64_t> ListmodeData::Storage::bits_of_left_out() const {
  constexpr std::uint64_t per_word = 64;
  std::vector<std::uint64_t> bits(left_out > 0 ? prompts / per_word + 1 : 0);
  if (!bits.empty()) {
    for_each_prompt([&](std::uint64_t number, std::size_t subset, std::size_t row) {
      const bool stays = column<float>(subset, factor)[row] > 0;
      bits[number / per_word] |= std::uint64_t{stays ? 0U : 1U} << number % per_word;
    });
  }
  ranks.sum(bits);  // no two have the same prompt
  return bits;
}

/// Prompt i of those that are left goes to subset i % subsets, as in add(), and stays where it is among the processes.
void ListmodeData::Storage::deal_to(int subsets) {
  struct Move {
    std::size_t from, row, to;
  };
  const NumbersLeft left(bits_of_left_out());
  const auto count = static_cast<std::size_t>(subsets);
  std::vector<std::size_t> new_sizes(count);
  const auto for_moves = [&](const auto& visit) {
    for_each_prompt([&](std::uint64_t number, std::size_t from, std::size_t row) {
      if (left.contains(number)) {
        visit(Move{from, row, left.number(number) % count});
      }
    });
  };
  for_moves([&](const Move& move) { ++new_sizes[move.to]; });
  columns->yield_memory();
  const std::unique_ptr<ColumnStore> before = std::exchange(columns, make_columns(subsets));
  for (std::size_t i = 0; i < count * num_columns; ++i) {
    columns->grow(i, uses(i % num_columns) ? new_sizes[i / num_columns] : 0);
  }
  for (std::size_t which = 0; which < num_columns; ++which) {  // one at a time, so that only it is there twice
    const std::size_t bytes = uses(which) ? element_bytes[which] : 0;
    std::vector<std::size_t> filled(count);
    std::size_t done = 0;
    for_moves([&](const Move& move) {
      if (done++ % prompts_between_releases == 0) {
        columns->release();
        before->release();
      }
      std::memcpy(columns->data(move.to * num_columns + which) + filled[move.to]++ * bytes,
                  before->data(move.from * num_columns + which) + move.row * bytes, bytes);
    });
    for (std::size_t subset = 0; subset < sizes.size(); ++subset) {
      before->discard(subset * num_columns + which);
    }
  }
  sizes = std::move(new_sizes);
  NumberRuns numbers;
  own.for_each_run([&](std::uint64_t first, std::uint64_t end) {
    numbers.add(left.number(first), left.number(end) - left.number(first));
  });
  own = std::move(numbers);
  prompts -= std::exchange(left_out, 0);
}

void ListmodeData::Storage::count_impossible() {
  for (std::size_t subset = 0; subset < sizes.size(); ++subset) {
    const std::span<const float> m(column<float>(subset, factor), sizes[subset]);
    left_out += static_cast<std::uint64_t>(std::ranges::count_if(m, [](float value) { return !(value > 0); }));
  }
  left_out = ranks.sum(left_out);
  impossible += left_out;
}

}  // namespace coincide::recon
