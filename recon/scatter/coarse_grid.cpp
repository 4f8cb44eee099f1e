#include "recon/scatter/coarse_grid.h"

#include <algorithm>
#include <cmath>

namespace coincide::recon {

ImageGrid coarse_grid(const ImageGrid& grid) {
  constexpr double voxel_mm = 8;
  ImageGrid result = grid;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double extent_mm = static_cast<double>(grid.shape[axis]) * grid.voxel_size_mm[axis];
    const double count = std::max(1.0, std::round(extent_mm / std::max<double>(voxel_mm, grid.voxel_size_mm[axis])));
    result.shape[axis] = static_cast<std::int64_t>(count);
    result.voxel_size_mm[axis] = static_cast<float>(extent_mm / count);
    result.origin_mm[axis] += 0.5F * (result.voxel_size_mm[axis] - grid.voxel_size_mm[axis]);
  }
  return result;
}

}  // namespace coincide::recon
