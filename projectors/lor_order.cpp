#include "projectors/lor_order.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace coincide::projectors {
namespace {

/// Where a LOR runs, in the coordinates of its principal axis k and the two others u (slower in memory) and v: slopes
/// in -1 ... 1, and the place in units of the image's extent where it crosses the image's middle, 0 ... 1 inside.
struct Course {
  int axis = 0;
  float slope_u = 0, slope_v = 0;
  float place_u = 0, place_v = 0;
  float voxels_per_extent_u = 1;
};

class Courses {
 public:
  Courses(const ImageGrid& grid, const Lors& lors) : lors_(lors) {
    for (std::size_t k = 0; k < 3; ++k) {
      count_[k] = static_cast<float>(std::max<std::int64_t>(grid.shape[k], 1));
      extent_[k] = count_[k] * grid.voxel_size_mm[k];
      low_[k] = grid.origin_mm[k] - 0.5f * grid.voxel_size_mm[k];
      middle_[k] = low_[k] + 0.5f * extent_[k];
    }
  }

  Course operator[](std::int64_t lor) const {
    const float* a = lors_.start_mm + 3 * (lors_.start_index != nullptr ? lors_.start_index[lor] : lor);
    const float* b = lors_.end_mm + 3 * (lors_.end_index != nullptr ? lors_.end_index[lor] : lor);
    const std::array<float, 3> d{b[0] - a[0], b[1] - a[1], b[2] - a[2]};
    const std::array<float, 3> size{std::abs(d[0]), std::abs(d[1]), std::abs(d[2])};
    const std::size_t k = size[1] >= size[0] && size[1] >= size[2] ? 1 : size[2] >= size[0] ? 2 : 0;
    const std::size_t u = k == 0 ? 1 : 0;
    const std::size_t v = k == 2 ? 1 : 2;
    Course course;
    course.axis = static_cast<int>(k);
    course.voxels_per_extent_u = count_[u];
    const float inverse = size[k] > 0 ? 1 / d[k] : 0;
    course.slope_u = d[u] * inverse;
    course.slope_v = d[v] * inverse;
    const float to_middle = middle_[k] - a[k];
    course.place_u = (a[u] + to_middle * course.slope_u - low_[u]) / extent_[u];
    course.place_v = (a[v] + to_middle * course.slope_v - low_[v]) / extent_[v];
    return course;
  }

 private:
  const Lors& lors_;
  std::array<float, 3> count_{}, extent_{}, low_{}, middle_{};
};

constexpr int slope_u_bits = 6, place_u_bits = 7, slope_v_bits = 4, place_v_bits = 5;
constexpr int digit_bits = 12;
constexpr std::size_t digits = std::size_t{1} << digit_bits;
static_assert(2 + slope_u_bits + place_u_bits + slope_v_bits + place_v_bits <= 2 * digit_bits);

/// Cell of x in 0 ... 1 out of 2^bits; beyond, and for NaN, the outermost.
std::uint32_t cell(float x, int bits) {
  const float cells = static_cast<float>(1U << static_cast<unsigned>(bits));
  return static_cast<std::uint32_t>(std::min(std::max(0.0f, x * cells), cells - 1));
}

std::uint32_t key_of(const Course& course) {
  std::uint32_t key = static_cast<std::uint32_t>(course.axis);
  key = key << slope_u_bits | cell(0.5f + 0.5f * course.slope_u, slope_u_bits);
  key = key << place_u_bits | cell(course.place_u, place_u_bits);
  key = key << slope_v_bits | cell(0.5f + 0.5f * course.slope_v, slope_v_bits);
  return key << place_v_bits | cell(course.place_v, place_v_bits);
}

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
  const Courses courses(grid, lors);
  std::vector<Entry> entries(static_cast<std::size_t>(count));
  std::vector<Entry> sorted(entries.size());
#pragma omp parallel for num_threads(num_threads)
  for (std::int64_t i = 0; i < count; ++i) {
    entries[static_cast<std::size_t>(i)] = {key_of(courses[first + i]), static_cast<std::uint32_t>(i)};
  }
  sort_by_digit(entries, sorted, 0, num_threads);
  sort_by_digit(sorted, entries, digit_bits, num_threads);
  order_ = new std::uint32_t[entries.size()];
  std::transform(entries.begin(), entries.end(), order_, [](const Entry& entry) { return entry.lor; });
}

LorOrder::~LorOrder() { delete[] order_; }

bool is_coherent(const ImageGrid& grid, const Lors& lors, std::int64_t first, std::int64_t count) {
  constexpr std::int64_t too_few = 20'000;
  constexpr std::int64_t samples = 500;
  if (count < too_few) {
    return true;
  }
  const Courses courses(grid, lors);
  std::int64_t near = 0;
  for (std::int64_t sample = 0; sample < samples; ++sample) {
    const std::int64_t lor = first + sample * (count - 1) / samples;
    const Course one = courses[lor];
    const Course next = courses[lor + 1];
    // Half a voxel at the middle and at both ends of the image.
    const float across = 0.5f * std::abs(one.slope_u - next.slope_u) + std::abs(one.place_u - next.place_u);
    near += one.axis == next.axis && across * one.voxels_per_extent_u < 0.5f;
  }
  return near * 5 > samples * 4;
}

}  // namespace coincide::projectors
