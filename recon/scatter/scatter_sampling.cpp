#include "recon/scatter/scatter_sampling.h"

#include <algorithm>
#include <cmath>

namespace coincide::recon {

ScatterSampling ScatterSampling::in_bore(double radius_mm) {
  constexpr double for_people_mm = 350;
  const double size = std::min(1.0, radius_mm / for_people_mm);
  // The free path of photons does not shrink with the bore.
  return {.voxel_mm = 8 * std::sqrt(size), .cell_mm = 25 * std::sqrt(size), .ring_mm = 50 * size};
}

ImageGrid coarse_grid(const ImageGrid& grid, double voxel_mm) {
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
