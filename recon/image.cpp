#include "recon/image.h"

#include <utility>

namespace coincide::recon {

Image::Image(const ImageGrid& image_grid, float value, std::string value_unit)
    : grid(image_grid), values(static_cast<std::size_t>(image_grid.num_voxels()), value), unit(std::move(value_unit)) {}

ImageGrid centred_grid(const std::array<std::int64_t, 3>& shape, const Vec3& voxel_size_mm, const Vec3& centre_mm) {
  ImageGrid grid{.shape = shape, .origin_mm = {}, .voxel_size_mm = voxel_size_mm};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    grid.origin_mm[axis] = centre_mm[axis] - 0.5F * static_cast<float>(shape[axis] - 1) * voxel_size_mm[axis];
  }
  return grid;
}

}  // namespace coincide::recon
