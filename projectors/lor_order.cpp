#include "projectors/lor_order.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <utility>
#include <vector>

#include "projectors/kernels/course.h"

namespace coincide::projectors {
namespace {

using namespace COINCIDE_BACKEND;

constexpr int digit_bits = 12;
constexpr std::size_t digits = std::size_t{1} << digit_bits;
static_assert(key_bits <= 2 * digit_bits);

struct Entry {
  std::uint32_t key;
  std::uint32_t lor;
};

/// One stable pass of a radix sort by the digit at `shift`. Fixed chunks, so that any number of threads gives one
/// result.
void sort_by_digit(const std::vector<Entry>& from, std::vector<Entry>& to, int shift, int num_threads) {
  constexpr std::size_t chunks = 16;
  const std::size_t count = from.size();
  const auto digit = [shift](const Entry& entry) { return (entry.key >> shift) & (digits - 1); };
  const auto chunk_start = [count](std::size_t chunk) { return chunk * count / chunks; };
  std::vector<std::uint32_t> place(chunks * digits, 0);
#pragma omp parallel for num_threads(num_threads)
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
    for (std::size_t i = chunk_start(chunk); i < chunk_start(chunk + 1); ++i) {
      ++place[chunk * digits + digit(from[i])];
    }
  }
  std::uint32_t next = 0;
  for (std::size_t d = 0; d < digits; ++d) {
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
      const std::uint32_t here = place[chunk * digits + d];
      place[chunk * digits + d] = next;
      next += here;
    }
  }
#pragma omp parallel for num_threads(num_threads)
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
    for (std::size_t i = chunk_start(chunk); i < chunk_start(chunk + 1); ++i) {
      to[place[chunk * digits + digit(from[i])]++] = from[i];
    }
  }
}

/// Where a LOR starts and ends around the image's last axis.
std::array<float, 4> places_of(const Lors& lors, std::int64_t lor) {
  const float* start = lors.start_mm + 3 * (lors.start_index != nullptr ? lors.start_index[lor] : lor);
  const float* end = lors.end_mm + 3 * (lors.end_index != nullptr ? lors.end_index[lor] : lor);
  return {start[0], start[1], end[0], end[1]};
}

/// LORs between other places seldom have the same.
std::uint32_t key_of_places(const std::array<float, 4>& places) {
  std::uint64_t hash = 0;
  for (const float place : places) {
    hash = (hash ^ std::bit_cast<std::uint32_t>(place)) * 0x9e3779b97f4a7c15U;
    hash ^= hash >> 32U;
  }
  return static_cast<std::uint32_t>(hash) & ((1U << 2 * digit_bits) - 1);
}

/// Calls visit(begin, end) for each run of entries between the same places.
template <class Visit>
void for_runs(const Lors& lors, std::int64_t first, const std::vector<Entry>& entries, int num_threads,
              const Visit& visit) {
  std::vector<std::uint8_t> as_before(entries.size());
#pragma omp parallel for num_threads(num_threads)
  for (std::size_t i = 1; i < entries.size(); ++i) {
    as_before[i] = places_of(lors, first + entries[i - 1].lor) == places_of(lors, first + entries[i].lor) ? 1 : 0;
  }
  for (std::size_t begin = 0; begin < entries.size();) {
    std::size_t end = begin + 1;
    while (end < entries.size() && as_before[end] != 0) {
      ++end;
    }
    visit(begin, end);
    begin = end;
  }
}

/// Of LORs in the order of their places those that are many between two come first, the others after them in theirs.
void put_fans_first(const Lors& lors, std::int64_t first, std::vector<Entry>& entries, int num_threads) {
  std::vector<Entry> fans;
  std::vector<std::uint8_t> in_fan(entries.size());
  for_runs(lors, first, entries, num_threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; end - begin >= std::size_t{min_in_fan} && i < end; ++i) {
      fans.push_back(entries[i]);
      in_fan[entries[i].lor] = 1;
    }
  });
  for (std::size_t lor = 0; lor < in_fan.size(); ++lor) {
    if (in_fan[lor] == 0) {
      fans.push_back({0, static_cast<std::uint32_t>(lor)});
    }
  }
  entries = std::move(fans);
}

/// If they are enough, steep ones left out.
void give_one_key(std::span<Entry> entries) {
  const auto is_steep = [](const Entry& entry) { return axis_of_key(entry.key) == 2; };
  const std::size_t steep = static_cast<std::size_t>(std::ranges::count_if(entries, is_steep));
  if (entries.size() - steep < std::size_t{min_in_fan}) {
    return;
  }
  const std::uint32_t key = std::ranges::find_if_not(entries, is_steep)->key;
  for (Entry& entry : entries) {
    entry.key = is_steep(entry) ? entry.key : key;
  }
}

/// Gives LORs that are many in a row between two places the key of the first, so that they stay together, in their
/// order; sorting what is sorted then changes nothing. Steep ones, which cross planes along the last axis, do not run
/// between the same rows of voxels.
void keep_fans(const Lors& lors, std::int64_t first, std::vector<Entry>& entries, int num_threads) {
  for_runs(lors, first, entries, num_threads,
           [&](std::size_t begin, std::size_t end) { give_one_key(std::span(entries).subspan(begin, end - begin)); });
}

}  // namespace

LorOrder::LorOrder(const ImageGrid& grid, const Lors& lors, std::int64_t first, std::int64_t count, int num_threads,
                   Fans fans)
    : first_(first) {
  const Grid kernel_grid = make_grid(grid, BoundaryRule::upstream);
  std::vector<Entry> entries(static_cast<std::size_t>(count));
  std::vector<Entry> sorted(entries.size());
  const auto sort = [&] {
    sort_by_digit(entries, sorted, 0, num_threads);
    sort_by_digit(sorted, entries, digit_bits, num_threads);
  };
#pragma omp parallel for num_threads(num_threads)
  for (std::int64_t i = 0; i < count; ++i) {
    entries[static_cast<std::size_t>(i)] = {fans == Fans::gathered ? key_of_places(places_of(lors, first + i)) : 0,
                                            static_cast<std::uint32_t>(i)};
  }
  if (fans == Fans::gathered) {
    sort();
    put_fans_first(lors, first, entries, num_threads);
  }
#pragma omp parallel for num_threads(num_threads)
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].key = key_of(course_of(kernel_grid, lors, first + entries[i].lor));
  }
  keep_fans(lors, first, entries, num_threads);
  sort();
  order_ = new std::uint32_t[entries.size()];
  std::transform(entries.begin(), entries.end(), order_, [](const Entry& entry) { return entry.lor; });
}

LorOrder::~LorOrder() { delete[] order_; }

bool is_coherent(const ImageGrid& grid, const Lors& lors, std::int64_t first, std::int64_t count) {
  if (count < too_few_to_sort) {
    return true;
  }
  const Grid kernel_grid = make_grid(grid, BoundaryRule::upstream);
  std::int64_t near = 0;
  for (std::int64_t sample = 0; sample < coherence_samples; ++sample) {
    const std::int64_t lor = coherence_sample(first, count, sample);
    near += are_near(course_of(kernel_grid, lors, lor), course_of(kernel_grid, lors, lor + 1));
  }
  return is_coherent_count(near);
}

std::int64_t fan_period(const Lors& lors) {
  const std::int64_t longest = lors.count / min_in_fan;
  if (longest < 2) {
    return 0;
  }
  const std::array<float, 4> places = places_of(lors, 0);
  std::int64_t period = 1;
  while (period < longest && places_of(lors, period) != places) {
    ++period;
  }
  if (period == 1 || period >= longest) {
    return 0;
  }
  std::int64_t same = 0;
  for (std::int64_t sample = 0; sample < coherence_samples; ++sample) {
    const std::int64_t lor = coherence_sample(0, lors.count - period, sample);
    same += places_of(lors, lor) == places_of(lors, lor + period) ? 1 : 0;
  }
  return is_coherent_count(same) ? period : 0;
}

}  // namespace coincide::projectors
