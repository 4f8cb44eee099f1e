#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "recon/image.h"

namespace coincide::tests {

/// Calls visit(voxel, length_mm) with the voxels that a line from end to end passes through and the exact lengths of
/// its paths there, in double precision. Source: Siddon, Med. Phys. 12(2), 1985.
template <class Visit>
void for_each_path(const float* start_mm, const float* end_mm, const recon::ImageGrid& grid, const Visit& visit) {
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
  const double length_mm = std::hypot(step_mm[0], step_mm[1], step_mm[2]);
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    const double first = std::max(cuts[i], 0.0), last = std::min(cuts[i + 1], 1.0);
    std::int64_t voxel = 0;
    bool inside = last > first;
    for (std::size_t axis = 0; inside && axis < 3; ++axis) {
      const double place_mm = start_mm[axis] + 0.5 * (first + last) * step_mm[axis];
      const std::int64_t index = std::llround((place_mm - grid.origin_mm[axis]) / grid.voxel_size_mm[axis]);
      inside = index >= 0 && index < grid.shape[axis];
      voxel = voxel * grid.shape[axis] + index;
    }
    if (inside) {
      visit(voxel, (last - first) * length_mm);
    }
  }
}

}  // namespace coincide::tests
