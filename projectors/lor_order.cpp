#include "projectors/lor_order.h"

#include <algorithm>
#include <span>
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

/// How many LORs one after the other between the same two places around the image's last axis are taken together by
/// the kernels.
constexpr std::size_t enough_for_fan = 8;

/// Whether LORs `one` and `other` join the same places around the image's last axis.
bool join_same_places(const Lors& lors, std::int64_t one, std::int64_t other) {
  const auto same = [&](const float* points, const std::uint32_t* index) {
    const float* a = points + 3 * (index != nullptr ? index[one] : one);
    const float* b = points + 3 * (index != nullptr ? index[other] : other);
    return a[0] == b[0] && a[1] == b[1];
  };
  return same(lors.start_mm, lors.start_index) && same(lors.end_mm, lors.end_index);
}

/// If they are enough, steep ones left out.
void give_one_key(std::span<Entry> entries) {
  const auto is_steep = [](const Entry& entry) { return axis_of_key(entry.key) == 2; };
  if (entries.size() < enough_for_fan ||
      entries.size() - static_cast<std::size_t>(std::ranges::count_if(entries, is_steep)) < enough_for_fan) {
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
  std::vector<std::uint8_t> as_before(entries.size());
#pragma omp parallel for num_threads(num_threads)
  for (std::size_t i = 1; i < entries.size(); ++i) {
    const std::int64_t lor = first + static_cast<std::int64_t>(i);
    as_before[i] = join_same_places(lors, lor - 1, lor) ? 1 : 0;
  }
  for (std::size_t begin = 0; begin < entries.size();) {
    std::size_t end = begin + 1;
    while (end < entries.size() && as_before[end] != 0) {
      ++end;
    }
    give_one_key(std::span(entries).subspan(begin, end - begin));
    begin = end;
  }
}

}  // namespace

LorOrder::LorOrder(const ImageGrid& grid, const Lors& lors, std::int64_t first, std::int64_t count, int num_threads)
    : first_(first) {
  const Grid kernel_grid = make_grid(grid, BoundaryRule::upstream);
  std::vector<Entry> entries(static_cast<std::size_t>(count));
  std::vector<Entry> sorted(entries.size());
#pragma omp parallel for num_threads(num_threads)
  for (std::int64_t i = 0; i < count; ++i) {
    entries[static_cast<std::size_t>(i)] = {key_of(course_of(kernel_grid, lors, first + i)),
                                            static_cast<std::uint32_t>(i)};
  }
  keep_fans(lors, first, entries, num_threads);
  sort_by_digit(entries, sorted, 0, num_threads);
  sort_by_digit(sorted, entries, digit_bits, num_threads);
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

}  // namespace coincide::projectors
