#include "gui/model/volume.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace coincide::gui {

Volume make_volume(const recon::Image& image, std::int64_t most_voxels, const std::function<bool()>& stop) {
  const recon::ImageGrid& grid = image.grid;
  Volume volume;
  const auto coarse_voxels = [&](std::int64_t step) {
    std::int64_t voxels = 1;
    for (const std::int64_t length : grid.shape) {
      voxels *= (length + step - 1) / step;
    }
    return voxels;
  };
  while (coarse_voxels(volume.coarsening) > most_voxels) {
    ++volume.coarsening;
  }
  const std::int64_t step = volume.coarsening;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    volume.shape[axis] = (grid.shape[axis] + step - 1) / step;
    volume.voxel_size_mm[axis] = static_cast<double>(step) * grid.voxel_size_mm[axis];
    volume.origin_mm[axis] = grid.origin_mm[axis] + 0.5 * static_cast<double>(step - 1) * grid.voxel_size_mm[axis];
  }
  const auto [width, height, depth] = volume.shape;
  volume.values.assign(static_cast<std::size_t>(width * height * depth), std::numeric_limits<float>::lowest());
  for (std::int64_t i = 0; i < grid.shape[0] && !(stop && stop()); ++i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      const float* row = image.values.data() + (i * grid.shape[1] + j) * grid.shape[2];
      float* coarse = volume.values.data() + (j / step) * width + i / step;
      for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
        float& value = coarse[(k / step) * width * height];
        value = std::isfinite(row[k]) ? std::max(value, row[k]) : value;
      }
    }
  }
  return volume;
}

}  // namespace coincide::gui
