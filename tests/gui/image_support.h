#pragma once

#include <algorithm>
#include <random>

#include "recon/image.h"

namespace coincide::tests {

/// Other counts, sizes and middles along each axis, so that no two of them can be confused.
inline recon::Image random_image() {
  recon::Image image(recon::centred_grid({23, 17, 31}, {2, 3, 1.5F}, {5, -7, 11}), 0, "Bq/mL");
  std::mt19937 random(7);
  std::uniform_real_distribution<float> value(-1, 10);
  std::ranges::generate(image.values, [&] { return value(random); });
  return image;
}

inline double middle(const recon::ImageGrid& grid, std::size_t axis, std::int64_t i) {
  return grid.origin_mm[axis] + static_cast<double>(i) * grid.voxel_size_mm[axis];
}

}  // namespace coincide::tests
