#include "gui/model/roi.h"

#include <algorithm>
#include <cmath>

namespace coincide::gui {
namespace {

double half_size(const Roi& roi, std::size_t axis) {
  return roi.half_size_mm[roi.shape == RoiShape::sphere ? 0 : axis];
}

/// Voxel indices from `first` up to, not including, `last`.
struct Range {
  std::int64_t first, last;
};

/// The voxels along one axis that can belong to the region; one more on either side, because contains() decides.
Range range_along(const Roi& roi, const recon::ImageGrid& grid, std::size_t axis) {
  const double origin = grid.origin_mm[axis];
  const double step = grid.voxel_size_mm[axis];
  const auto count = static_cast<double>(grid.shape[axis]);
  const double low = (roi.centre_mm[axis] - half_size(roi, axis) - origin) / step;
  const double high = (roi.centre_mm[axis] + half_size(roi, axis) - origin) / step;
  return {static_cast<std::int64_t>(std::clamp(std::floor(low), 0.0, count)),
          static_cast<std::int64_t>(std::clamp(std::ceil(high) + 1, 0.0, count))};
}

/// Calls use(value) with each voxel of the region.
template <class Use>
void for_each_voxel(const Roi& roi, const recon::Image& image, Use&& use) {
  const recon::ImageGrid& grid = image.grid;
  const auto middle = [&](std::size_t axis, std::int64_t i) {
    return grid.origin_mm[axis] + static_cast<double>(i) * grid.voxel_size_mm[axis];
  };
  const Range x = range_along(roi, grid, 0);
  const Range y = range_along(roi, grid, 1);
  const Range z = range_along(roi, grid, 2);
  for (std::int64_t i = x.first; i < x.last; ++i) {
    for (std::int64_t j = y.first; j < y.last; ++j) {
      for (std::int64_t k = z.first; k < z.last; ++k) {
        const float value = image.at(i, j, k);
        if (contains(roi, {middle(0, i), middle(1, j), middle(2, k)}, value)) {
          use(static_cast<double>(value));
        }
      }
    }
  }
}

}  // namespace

bool contains(const Roi& roi, const std::array<double, 3>& voxel_mm, float value) {
  double square = 0;
  bool in_box = true;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double distance = voxel_mm[axis] - roi.centre_mm[axis];
    square += distance * distance;
    in_box = in_box && std::abs(distance) <= half_size(roi, axis);
  }
  switch (roi.shape) {
    case RoiShape::sphere:
      return in_box && square <= roi.half_size_mm[0] * roi.half_size_mm[0];
    case RoiShape::box:
      return in_box;
    case RoiShape::threshold:
      return in_box && value >= roi.threshold;
  }
  return false;
}

RoiFigures measure(const Roi& roi, const recon::Image& image) {
  RoiFigures figures;
  if (image.values.empty()) {
    return figures;
  }
  double sum = 0;
  for_each_voxel(roi, image, [&](double value) {
    figures.least = figures.voxels == 0 ? value : std::min(figures.least, value);
    figures.most = figures.voxels == 0 ? value : std::max(figures.most, value);
    sum += value;
    ++figures.voxels;
  });
  if (figures.voxels == 0) {
    return figures;
  }
  const auto voxels = static_cast<double>(figures.voxels);
  const auto& [width, depth, height] = image.grid.voxel_size_mm;
  figures.volume_ml = voxels * width * depth * height / 1000;  // mm^3 per mL
  figures.mean = sum / voxels;
  if (figures.voxels > 1) {
    // A second pass: the difference of two sums of squares would lose its digits where the image is nearly uniform.
    double squares = 0;
    for_each_voxel(roi, image, [&](double value) { squares += (value - figures.mean) * (value - figures.mean); });
    figures.standard_deviation = std::sqrt(squares / (voxels - 1));
  }
  return figures;
}

}  // namespace coincide::gui
