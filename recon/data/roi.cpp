#include "recon/data/roi.h"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <limits>

namespace coincide::recon {
namespace {

double half_size(const Roi& roi, std::size_t axis) {
  return roi.half_size_mm[roi.shape == RoiShape::sphere ? 0 : axis];
}

double middle_mm(const ImageGrid& grid, std::size_t axis, std::int64_t i) {
  return grid.origin_mm[axis] + static_cast<double>(i) * grid.voxel_size_mm[axis];
}

/// The voxels along one axis whose middles are not further than `half` from the region's; one more on either side,
/// because contains() decides.
VoxelRange range_along(const Roi& roi, const ImageGrid& grid, std::size_t axis, double half) {
  const double origin = grid.origin_mm[axis];
  const double step = grid.voxel_size_mm[axis];
  const auto count = static_cast<double>(grid.shape[axis]);
  const double low = (roi.centre_mm[axis] - half - origin) / step;
  const double high = (roi.centre_mm[axis] + half - origin) / step;
  return {static_cast<std::int64_t>(std::clamp(std::floor(low), 0.0, count)),
          static_cast<std::int64_t>(std::clamp(std::ceil(high) + 1, 0.0, count))};
}

/// Mean and squares about it of values that were added; joined so that nearly uniform values keep their digits (T. F.
/// Chan, G. H. Golub, R. J. LeVeque, The American Statistician 37(3), 1983).
struct Moments {
  std::int64_t voxels = 0;
  double mean = 0, squares = 0;
  float least = std::numeric_limits<float>::infinity();
  float most = -std::numeric_limits<float>::infinity();

  void add(std::span<const float> values);
  RoiFigures figures(const ImageGrid& grid) const;
};

void Moments::add(std::span<const float> values) {
  if (values.empty()) {
    return;
  }
  const Eigen::Map<const Eigen::ArrayXf> here(values.data(), static_cast<Eigen::Index>(values.size()));
  const auto count = static_cast<double>(values.size());
  const double mean_here = here.cast<double>().sum() / count;
  const double squares_here = (here.cast<double>() - mean_here).square().sum();
  const auto before = static_cast<double>(voxels);
  const double apart = mean_here - mean;
  mean += apart * count / (before + count);
  squares += squares_here + apart * apart * before * count / (before + count);
  least = std::min(least, here.minCoeff());
  most = std::max(most, here.maxCoeff());
  voxels += static_cast<std::int64_t>(values.size());
}

RoiFigures Moments::figures(const ImageGrid& grid) const {
  if (voxels == 0) {
    return {};
  }
  const auto count = static_cast<double>(voxels);
  const auto& [width, depth, height] = grid.voxel_size_mm;
  return {.voxels = voxels,
          .volume_ml = count * width * depth * height / 1000,  // mm^3 per mL
          .mean = mean,
          .standard_deviation = voxels > 1 ? std::sqrt(squares / (count - 1)) : 0,
          .least = least,
          .most = most};
}

/// Copies the values to `place` and returns those that were. Without a branch: in an image full of noise no processor
/// could foresee which way it goes.
std::span<const float> at_or_above(double threshold, std::span<const float> values, std::vector<float>& place) {
  place.resize(std::max(place.size(), values.size()));
  std::size_t count = 0;
  for (const float value : values) {
    place[count] = value;
    count += value >= threshold ? 1 : 0;
  }
  return std::span(place).first(count);
}

}  // namespace

VoxelRange range_along(const Roi& roi, const ImageGrid& grid, std::size_t axis) {
  return range_along(roi, grid, axis, half_size(roi, axis));
}

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

std::vector<VoxelRun> runs_in_plane(const Roi& roi, const ImageGrid& grid, std::int64_t i) {
  Roi body = roi;
  if (roi.shape == RoiShape::threshold) {
    body.shape = RoiShape::box;
  }
  const double x = middle_mm(grid, 0, i);
  const VoxelRange rows = range_along(body, grid, 1);
  std::vector<VoxelRun> runs;
  for (std::int64_t j = rows.first; j < rows.last; ++j) {
    const double y = middle_mm(grid, 1, j);
    double half = half_size(body, 2);
    if (body.shape == RoiShape::sphere) {
      const double beside = std::hypot(x - body.centre_mm[0], y - body.centre_mm[1]);
      half = std::sqrt(std::max(0.0, half * half - beside * beside));
    }
    VoxelRange row = range_along(body, grid, 2, half);
    const auto is_inside = [&](std::int64_t k) { return contains(body, {x, y, middle_mm(grid, 2, k)}, 0); };
    while (row.first < row.last && !is_inside(row.first)) {
      ++row.first;
    }
    while (row.first < row.last && !is_inside(row.last - 1)) {
      --row.last;
    }
    if (row.first < row.last) {
      runs.push_back({(i * grid.shape[1] + j) * grid.shape[2] + row.first, row.last - row.first});
    }
  }
  return runs;
}

RoiFigures measure(const Roi& roi, const Image& image, const std::function<bool()>& stop) {
  return measure(roi, image.grid, image.values, stop);
}

RoiFigures measure(const Roi& roi, const ImageGrid& grid, std::span<const float> values,
                   const std::function<bool()>& stop) {
  if (values.empty()) {
    return {};
  }
  Moments moments;
  std::vector<float> chosen;
  const VoxelRange planes = range_along(roi, grid, 0);
  for (std::int64_t i = planes.first; i < planes.last; ++i) {
    if (stop && stop()) {
      return {};
    }
    for (const VoxelRun& run : runs_in_plane(roi, grid, i)) {
      const std::span here = values.subspan(static_cast<std::size_t>(run.first), static_cast<std::size_t>(run.count));
      moments.add(roi.shape == RoiShape::threshold ? at_or_above(roi.threshold, here, chosen) : here);
    }
  }
  return moments.figures(grid);
}

RoiFigures measure(std::span<const VoxelRun> runs, const ImageGrid& grid, std::span<const float> values) {
  Moments moments;
  for (const VoxelRun& run : runs) {
    moments.add(values.subspan(static_cast<std::size_t>(run.first), static_cast<std::size_t>(run.count)));
  }
  return moments.figures(grid);
}

std::string roi_shape_name(RoiShape shape) {
  switch (shape) {
    case RoiShape::sphere:
      return "sphere";
    case RoiShape::box:
      return "box";
    case RoiShape::threshold:
      return "threshold";
  }
  return {};
}

std::array<double, 3> roi_size_mm(const Roi& roi) {
  return {2 * half_size(roi, 0), 2 * half_size(roi, 1), 2 * half_size(roi, 2)};
}

}  // namespace coincide::recon
