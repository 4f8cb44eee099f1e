#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "recon/image.h"

namespace coincide::tests {

/// Line integral by the exact lengths of the line's paths through voxels, in double precision. Source: Siddon, Med.
/// Phys. 12(2), 1985.
inline double exact_line_integral(const recon::Vec3& start_mm, const recon::Vec3& end_mm, const recon::Image& image) {
  const recon::ImageGrid& grid = image.grid;
  std::vector<double> cuts;  // fractions of the way where the line crosses faces of voxels
  double step_mm[3];
  for (std::size_t axis = 0; axis < 3; ++axis) {
    step_mm[axis] = double{end_mm[axis]} - start_mm[axis];
    for (std::int64_t face = 0; std::abs(step_mm[axis]) > 1e-9 && face <= grid.shape[axis]; ++face) {
      const double place_mm = grid.origin_mm[axis] + (static_cast<double>(face) - 0.5) * grid.voxel_size_mm[axis];
      cuts.push_back((place_mm - start_mm[axis]) / step_mm[axis]);
    }
  }
  std::ranges::sort(cuts);
  double sum = 0;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    const double first = std::max(cuts[i], 0.0), last = std::min(cuts[i + 1], 1.0);
    std::int64_t voxel[3];
    bool inside = last > first;
    for (std::size_t axis = 0; inside && axis < 3; ++axis) {
      const double place_mm = start_mm[axis] + 0.5 * (first + last) * step_mm[axis];
      voxel[axis] = std::llround((place_mm - grid.origin_mm[axis]) / grid.voxel_size_mm[axis]);
      inside = voxel[axis] >= 0 && voxel[axis] < grid.shape[axis];
    }
    if (inside) {
      sum += (last - first) * image.at(voxel[0], voxel[1], voxel[2]);
    }
  }
  return sum * std::hypot(step_mm[0], step_mm[1], step_mm[2]);
}

}  // namespace coincide::tests
