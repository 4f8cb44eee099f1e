#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "projectors/geometry.h"

namespace coincide::tests {

/// End points of LORs, as the projectors take them.
struct LorArrays {
  std::vector<float> start;
  std::vector<float> end;

  projectors::Lors lors() const { return {start.data(), end.data(), static_cast<std::int64_t>(start.size() / 3)}; }
};

enum class LorKind { any, axis_parallel, grazing, ends_inside, misses, zero_length, diagonal };
inline constexpr int num_lor_kinds = 7;

inline float uniform(std::mt19937_64& random, double low, double high) {
  return static_cast<float>(std::uniform_real_distribution<double>(low, high)(random));
}

/// A LOR of a kind, near the box of the grid.
inline void add_lor(const projectors::ImageGrid& grid, LorKind kind, std::mt19937_64& random, LorArrays& lors) {
  float low[3], high[3], a[3], b[3];
  for (int k = 0; k < 3; ++k) {
    low[k] = grid.origin_mm[k] - 0.5f * grid.voxel_size_mm[k];
    high[k] = low[k] + static_cast<float>(grid.shape[k]) * grid.voxel_size_mm[k];
    const float margin = high[k] - low[k];
    a[k] = uniform(random, low[k] - margin, high[k] + margin);
    b[k] = uniform(random, low[k] - margin, high[k] + margin);
  }
  const int axis = static_cast<int>(random() % 3);
  switch (kind) {
    case LorKind::any:  // through a point of the box, both ends outside
      for (int k = 0; k < 3; ++k) {
        const float through = uniform(random, low[k], high[k]);
        const float d = b[k] - a[k];
        a[k] = through - 3 * d;
        b[k] = through + 3 * d;
      }
      break;
    case LorKind::axis_parallel:
      for (int k = 0; k < 3; ++k) {
        a[k] = b[k] = uniform(random, low[k], high[k]);
      }
      a[axis] = uniform(random, low[axis] - 30, low[axis] - 1);
      b[axis] = uniform(random, high[axis] + 1, high[axis] + 30);
      if (random() % 2 == 0) {
        std::swap(a[axis], b[axis]);
      }
      break;
    case LorKind::grazing:  // along a face, or almost
      for (int k = 0; k < 3; ++k) {
        const float near[3] = {low[k], high[k], low[k] + 1e-3f};
        a[k] = near[random() % 3];
        b[k] = random() % 2 == 0 ? a[k] : near[random() % 3];
      }
      a[axis] = uniform(random, low[axis] - 30, low[axis] - 1);
      b[axis] = uniform(random, high[axis] + 1, high[axis] + 30);
      break;
    case LorKind::ends_inside:
      for (int k = 0; k < 3; ++k) {
        a[k] = uniform(random, low[k], high[k]);
      }
      break;
    case LorKind::misses:
      a[axis] = high[axis] + 1;
      b[axis] = high[axis] + 20;
      break;
    case LorKind::zero_length:
      for (int k = 0; k < 3; ++k) {
        a[k] = b[k] = uniform(random, low[k], high[k]);
      }
      break;
    case LorKind::diagonal:  // two or three components of the direction exactly equal
      for (int k = 0; k < 3; ++k) {
        a[k] = static_cast<float>(static_cast<int>(low[k]) - 20) + 0.125f * static_cast<float>(random() % 256);
        b[k] = a[k] + 128;
      }
      if (random() % 2 == 0) {
        b[axis] = a[axis] = static_cast<float>(static_cast<int>(0.5f * (low[axis] + high[axis])));
      }
      break;
  }
  lors.start.insert(lors.start.end(), a, a + 3);
  lors.end.insert(lors.end.end(), b, b + 3);
}

/// `count` LORs, all kinds in turn.
inline LorArrays mixed_lors(const projectors::ImageGrid& grid, int count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  LorArrays lors;
  for (int i = 0; i < count; ++i) {
    add_lor(grid, static_cast<LorKind>(i % num_lor_kinds), random, lors);
  }
  return lors;
}

inline LorArrays lors_of_kind(const projectors::ImageGrid& grid, LorKind kind, int count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  LorArrays lors;
  for (int i = 0; i < count; ++i) {
    add_lor(grid, kind, random, lors);
  }
  return lors;
}

inline std::vector<float> random_values(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<float> values(count);
  for (float& value : values) {
    value = uniform(random, 0, 1);
  }
  return values;
}

}  // namespace coincide::tests
