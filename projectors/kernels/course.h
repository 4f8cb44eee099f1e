#pragma once

#include "projectors/kernels/ray.h"

namespace coincide::projectors::COINCIDE_BACKEND {

/// Where a LOR runs, in the coordinates of its principal axis k and the two others u (slower in memory) and v: slopes
/// in -1 ... 1, and the place in units of the image's extent where it crosses the image's middle, 0 ... 1 inside.
struct Course {
  int axis;
  float slope_u, slope_v;
  float place_u, place_v;
  float voxels_per_extent_u;
};

template <int k, int u, int v>
COINCIDE_HD Course course_along(const Grid& grid, const float (&a)[3], const float (&d)[3]) {
  const auto extent = [&](int axis) { return static_cast<float>(larger(grid.n[axis], 1) * grid.voxel[axis]); };
  const auto low = [&](int axis) { return static_cast<float>(grid.origin[axis] - 0.5 * grid.voxel[axis]); };
  const float inverse = d[k] != 0 ? 1 / d[k] : 0;
  const float to_middle = low(k) + 0.5f * extent(k) - a[k];
  Course course;
  course.axis = k;
  course.voxels_per_extent_u = static_cast<float>(larger(grid.n[u], 1));
  course.slope_u = d[u] * inverse;
  course.slope_v = d[v] * inverse;
  course.place_u = (a[u] + to_middle * course.slope_u - low(u)) / extent(u);
  course.place_v = (a[v] + to_middle * course.slope_v - low(v)) / extent(v);
  return course;
}

COINCIDE_HD Course course_of(const Grid& grid, const Lors& lors, std::int64_t lor) {
  const float* start = lors.start_mm + 3 * (lors.start_index != nullptr ? lors.start_index[lor] : lor);
  const float* end = lors.end_mm + 3 * (lors.end_index != nullptr ? lors.end_index[lor] : lor);
  const float a[3] = {start[0], start[1], start[2]};
  const float d[3] = {end[0] - a[0], end[1] - a[1], end[2] - a[2]};
  switch (principal_axis(d[0], d[1], d[2])) {
    case 0:
      return course_along<0, 1, 2>(grid, a, d);
    case 1:
      return course_along<1, 0, 2>(grid, a, d);
    default:
      return course_along<2, 0, 1>(grid, a, d);
  }
}

/// True if neighbours are within half a voxel of each other across the slower axis, in the middle and at both ends of
/// the image.
COINCIDE_HD bool are_near(const Course& one, const Course& other) {
  const float across =
      0.5f * __builtin_fabsf(one.slope_u - other.slope_u) + __builtin_fabsf(one.place_u - other.place_u);
  return one.axis == other.axis && across * one.voxels_per_extent_u < 0.5f;
}

/// LORs are worth sorting if fewer than four of five neighbours, looked at in this many places, are near.
constexpr std::int64_t coherence_samples = 500;
constexpr std::int64_t too_few_to_sort = 20'000;
COINCIDE_HD std::int64_t coherence_sample(std::int64_t first, std::int64_t count, std::int64_t sample) {
  return first + sample * (count - 1) / coherence_samples;
}
COINCIDE_HD bool is_coherent_count(std::int64_t near) { return near * 5 > coherence_samples * 4; }

/// Cell of x in 0 ... 1 out of 2^bits; beyond, and for NaN, the outermost.
COINCIDE_HD std::uint32_t course_cell(float x, int bits) {
  const float cells = static_cast<float>(1U << static_cast<unsigned>(bits));
  const float at = x * cells;
  return static_cast<std::uint32_t>(at > 0 ? smaller(at, cells - 1) : 0);
}

/// Sorting by it puts LORs that cross the same voxels together: by principal axis, then by slope and place across the
/// slower of the other axes, then across the faster one. Of `key_bits` bits.
constexpr int slope_u_bits = 6, place_u_bits = 7, slope_v_bits = 4, place_v_bits = 5;
constexpr int key_bits = 2 + slope_u_bits + place_u_bits + slope_v_bits + place_v_bits;
COINCIDE_HD std::uint32_t key_of(const Course& course) {
  std::uint32_t key = static_cast<std::uint32_t>(course.axis);
  key = key << slope_u_bits | course_cell(0.5f + 0.5f * course.slope_u, slope_u_bits);
  key = key << place_u_bits | course_cell(course.place_u, place_u_bits);
  key = key << slope_v_bits | course_cell(0.5f + 0.5f * course.slope_v, slope_v_bits);
  return key << place_v_bits | course_cell(course.place_v, place_v_bits);
}

/// How many LORs between the same two places around the image's last axis the CPU's kernels take together (cpu/fan.h):
/// for fewer it does not pay, and all that is known of them must stay in the nearest caches.
constexpr std::int64_t min_in_fan = 16, max_in_fan = 512;

COINCIDE_HD int axis_of_key(std::uint32_t key) { return static_cast<int>(key >> (key_bits - 2)); }

}  // namespace coincide::projectors::COINCIDE_BACKEND
