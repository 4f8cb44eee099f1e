#include "recon/motion/moved_image.h"

#include "recon/parallel.h"
#include "recon/trilinear.h"

namespace coincide::recon {
namespace {

double value_between_voxels(const Image& image, const Point& p) {
  Point place{};
  for (std::size_t a = 0; a < 3; ++a) {
    place[a] = (p[a] - image.grid.origin_mm[a]) / image.grid.voxel_size_mm[a];
  }
  return trilinear_value(image, place);
}

/// Each voxel of `image` becomes what `value` says of its middle.
template <class Value>
void fill(Image& image, const Value& value) {
  const ImageGrid& grid = image.grid;
  parallel_for(grid.shape[0], 0, [&](std::int64_t i) {
    for (std::int64_t j = 0; j < grid.shape[1]; ++j) {
      for (std::int64_t k = 0; k < grid.shape[2]; ++k) {
        const Point middle{grid.origin_mm[0] + static_cast<double>(i) * grid.voxel_size_mm[0],
                           grid.origin_mm[1] + static_cast<double>(j) * grid.voxel_size_mm[1],
                           grid.origin_mm[2] + static_cast<double>(k) * grid.voxel_size_mm[2]};
        image.at(i, j, k) = static_cast<float>(value(middle));
      }
    }
  });
}

}  // namespace

Image moved_image(const Image& at_reference, const Pose& pose, const ImageGrid& grid) {
  const PoseMap map(pose);
  Image moved = at_reference;
  moved.grid = grid;
  moved.values.assign(static_cast<std::size_t>(grid.num_voxels()), 0);
  fill(moved, [&](const Point& middle) { return value_between_voxels(at_reference, map.to_reference(middle)); });
  return moved;
}

}  // namespace coincide::recon
