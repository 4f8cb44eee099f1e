#include "projectors/lor_order.h"

#include <algorithm>
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
