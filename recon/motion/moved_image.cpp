#include "recon/motion/moved_image.h"

#include <algorithm>
#include <cmath>

#include "recon/parallel.h"

namespace coincide::recon {
namespace {

/// Between which voxels of an axis a place lies, and how much of the second counts.
struct Between {
  std::int64_t low, high;
  double part;
};

/// `place` counts voxels. Within rounding of a voxel it is that voxel, so that what does not move keeps its bits.
Between between(double place, std::int64_t length) {
  constexpr double rounding = 1e-9;
  const double rounded = std::round(place);
  const double within =
      std::clamp(std::abs(place - rounded) < rounding ? rounded : place, 0.0, static_cast<double>(length - 1));
  const auto low = static_cast<std::int64_t>(within);
  return {low, std::min(low + 1, length - 1), within - static_cast<double>(low)};
}

double value_at(const Image& image, const Point& p) {
  std::array<Between, 3> axis{};
  for (std::size_t a = 0; a < 3; ++a) {
    const double place = (p[a] - image.grid.origin_mm[a]) / image.grid.voxel_size_mm[a];
    if (!(place >= -0.5 && place <= static_cast<double>(image.grid.shape[a]) - 0.5)) {
      return 0;
    }
    axis[a] = between(place, image.grid.shape[a]);
  }
  double sum = 0;
  for (unsigned corner = 0; corner < 8; ++corner) {
    std::array<std::int64_t, 3> voxel{};
    double weight = 1;
    for (std::size_t a = 0; a < 3; ++a) {
      const bool high = (corner >> a & 1U) != 0;
      voxel[a] = high ? axis[a].high : axis[a].low;
      weight *= high ? axis[a].part : 1 - axis[a].part;
    }
    sum += weight != 0 ? weight * image.at(voxel[0], voxel[1], voxel[2]) : 0;
  }
  return sum;
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
  fill(moved, [&](const Point& middle) { return value_at(at_reference, map.to_reference(middle)); });
  return moved;
}

}  // namespace coincide::recon
