#include "recon/data/roi.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

double half_size(const Roi& roi, std::size_t axis) {
  return roi.half_size_mm[roi.shape == RoiShape::sphere ? 0 : axis];
}

double middle_mm(const ImageGrid& grid, std::size_t axis, std::int64_t i) {
  return grid.origin_mm[axis] + static_cast<double>(i) * grid.voxel_size_mm[axis];
}

/// Whether the region is looked for in a box.
bool searches(RoiShape shape) { return shape == RoiShape::threshold || shape == RoiShape::peak; }

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

/// By the even-odd rule (M. Shimrat, Communications of the ACM 5(8), 1962): a ray crosses the border an odd number of
/// times.
bool is_in_polygon(const Roi& roi, const std::array<double, 3>& voxel_mm) {
  std::array<double, 2> at{};
  for (std::size_t i = 0; i < 2; ++i) {
    const std::size_t axis = polygon_axes(roi.axis)[i];
    at[i] = (voxel_mm[axis] - roi.centre_mm[axis]) / roi.half_size_mm[axis];
  }
  bool is_inside = false;
  for (std::size_t i = 0, before = roi.corners.size() - 1; i < roi.corners.size(); before = i++) {
    const auto& [x, y] = roi.corners[i];
    const auto& [x_before, y_before] = roi.corners[before];
    if ((y > at[1]) != (y_before > at[1]) && at[0] < x + (x_before - x) * (at[1] - y) / (y_before - y)) {
      is_inside = !is_inside;
    }
  }
  return is_inside;
}

double maximum_in(const Roi& box, const ImageGrid& grid, std::span<const float> values) {
  Roi body = box;
  body.shape = RoiShape::box;
  return measure(body, grid, values).most;
}

/// The voxels around one whose middles are no further away than the radius.
struct Ball {
  std::array<std::int64_t, 3> reach{};
  std::vector<std::int64_t> offsets;  ///< in Image::values

  Ball(const ImageGrid& grid, double radius_mm);
};

Ball::Ball(const ImageGrid& grid, double radius_mm) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    reach[axis] = static_cast<std::int64_t>(radius_mm / grid.voxel_size_mm[axis]);
  }
  const auto& [x_mm, y_mm, z_mm] = grid.voxel_size_mm;
  for (std::int64_t i = -reach[0]; i <= reach[0]; ++i) {
    for (std::int64_t j = -reach[1]; j <= reach[1]; ++j) {
      for (std::int64_t k = -reach[2]; k <= reach[2]; ++k) {
        const auto along = [](std::int64_t steps, double size_mm) { return static_cast<double>(steps) * size_mm; };
        if (std::hypot(along(i, x_mm), along(j, y_mm), along(k, z_mm)) <= radius_mm) {
          offsets.push_back((i * grid.shape[1] + j) * grid.shape[2] + k);
        }
      }
    }
  }
}

/// Around voxels of the box from which it does not reach beyond the image; around the middle of the box if there are
/// none.
Roi peak_in(const Roi& box, const ImageGrid& grid, std::span<const float> values) {
  const double radius_mm = std::cbrt(3000 / (4 * std::numbers::pi));  // 1 mL
  const Ball ball(grid, radius_mm);
  std::array<VoxelRange, 3> range{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const VoxelRange in_box = range_along(box, grid, axis);
    range[axis] = {std::max(in_box.first, ball.reach[axis]),
                   std::min(in_box.last, grid.shape[axis] - ball.reach[axis])};
  }
  Roi sphere = box;
  sphere.shape = RoiShape::sphere;
  sphere.half_size_mm.fill(radius_mm);
  double highest = -std::numeric_limits<double>::infinity();
  for (std::int64_t i = range[0].first; i < range[0].last; ++i) {
    for (std::int64_t j = range[1].first; j < range[1].last; ++j) {
      for (std::int64_t k = range[2].first; k < range[2].last; ++k) {
        const std::array<double, 3> middle{middle_mm(grid, 0, i), middle_mm(grid, 1, j), middle_mm(grid, 2, k)};
        const std::int64_t here = (i * grid.shape[1] + j) * grid.shape[2] + k;
        double sum = 0;
        for (const std::int64_t offset : ball.offsets) {
          sum += static_cast<double>(values[static_cast<std::size_t>(here + offset)]);
        }
        if (std::isfinite(sum) && sum > highest && contains(box, middle, 0)) {
          highest = sum;
          sphere.centre_mm = middle;
        }
      }
    }
  }
  return sphere;
}

}  // namespace

namespace {

bool has_voxels(const Roi& roi, const ImageGrid& grid) {
  const VoxelRange planes = range_along(roi, grid, 0);
  for (std::int64_t i = planes.first; i < planes.last; ++i) {
    if (!runs_in_plane(roi, grid, i).empty()) {
      return true;
    }
  }
  return false;
}

/// A small one between the middles of voxels is that of the voxel that it lies in.
Roi on_a_voxel(Roi roi, const ImageGrid& grid) {
  std::array<double, 3> middle{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double voxel = std::round((roi.centre_mm[axis] - grid.origin_mm[axis]) / grid.voxel_size_mm[axis]);
    if (!(voxel >= 0 && voxel < static_cast<double>(grid.shape[axis]) && half_size(roi, axis) >= 0)) {
      return roi;
    }
    middle[axis] = middle_mm(grid, axis, static_cast<std::int64_t>(voxel));
  }
  if (!has_voxels(roi, grid)) {
    roi.centre_mm = middle;
  }
  return roi;
}

}  // namespace

Roi found_in(const Roi& roi, const ImageGrid& grid, std::span<const float> values) {
  if (values.empty()) {
    return roi;
  }
  if (roi.shape == RoiShape::peak) {
    return peak_in(roi, grid, values);
  }
  if (roi.shape == RoiShape::sphere || roi.shape == RoiShape::ellipsoid || roi.shape == RoiShape::box) {
    return on_a_voxel(roi, grid);
  }
  Roi found = roi;
  if (roi.shape == RoiShape::threshold && roi.threshold_percent > 0) {
    found.threshold = 0.01 * roi.threshold_percent * maximum_in(roi, grid, values);
    found.threshold_percent = 0;
  }
  return found;
}

VoxelRange range_along(const Roi& roi, const ImageGrid& grid, std::size_t axis) {
  return range_along(roi, grid, axis, half_size(roi, axis));
}

bool contains(const Roi& roi, const std::array<double, 3>& voxel_mm, float value) {
  double square = 0, in_halves = 0;
  bool in_box = true;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double distance = voxel_mm[axis] - roi.centre_mm[axis];
    square += distance * distance;
    in_halves += std::pow(distance / half_size(roi, axis), 2);
    in_box = in_box && std::abs(distance) <= half_size(roi, axis);
  }
  switch (roi.shape) {
    case RoiShape::sphere:
      return in_box && square <= roi.half_size_mm[0] * roi.half_size_mm[0];
    case RoiShape::ellipsoid:
      return in_box && in_halves <= 1;
    case RoiShape::box:
    case RoiShape::peak:
      return in_box;
    case RoiShape::threshold:
      return in_box && std::isfinite(value) && value >= roi.threshold;
    case RoiShape::polygon:
      return in_box && is_in_polygon(roi, voxel_mm);
  }
  return false;
}

namespace {

/// A row may cut a polygon more than once.
std::vector<VoxelRun> runs_in_polygon(const Roi& roi, const ImageGrid& grid, std::int64_t i) {
  const VoxelRange rows = range_along(roi, grid, 1), columns = range_along(roi, grid, 2);
  std::vector<VoxelRun> runs;
  for (std::int64_t j = rows.first; j < rows.last; ++j) {
    bool goes_on = false;
    for (std::int64_t k = columns.first; k < columns.last; ++k) {
      if (!contains(roi, {middle_mm(grid, 0, i), middle_mm(grid, 1, j), middle_mm(grid, 2, k)}, 0)) {
        goes_on = false;
      } else if (goes_on) {
        ++runs.back().count;
      } else {
        runs.push_back({(i * grid.shape[1] + j) * grid.shape[2] + k, 1});
        goes_on = true;
      }
    }
  }
  return runs;
}

}  // namespace

std::vector<VoxelRun> runs_in_plane(const Roi& roi, const ImageGrid& grid, std::int64_t i) {
  if (roi.shape == RoiShape::polygon) {
    return runs_in_polygon(roi, grid, i);
  }
  Roi body = roi;
  if (searches(roi.shape)) {
    body.shape = RoiShape::box;
  }
  const double x = middle_mm(grid, 0, i);
  const VoxelRange rows = range_along(body, grid, 1);
  std::vector<VoxelRun> runs;
  for (std::int64_t j = rows.first; j < rows.last; ++j) {
    const double y = middle_mm(grid, 1, j);
    double half = half_size(body, 2);
    if (body.shape != RoiShape::box) {
      const double beside =
          std::hypot((x - body.centre_mm[0]) / half_size(body, 0), (y - body.centre_mm[1]) / half_size(body, 1));
      half *= std::sqrt(std::max(0.0, 1 - beside * beside));
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

std::string roi_shape_name(RoiShape shape) {
  switch (shape) {
    case RoiShape::sphere:
      return "sphere";
    case RoiShape::ellipsoid:
      return "ellipsoid";
    case RoiShape::box:
      return "box";
    case RoiShape::threshold:
      return "threshold";
    case RoiShape::peak:
      return "peak";
    case RoiShape::polygon:
      return "polygon";
  }
  return {};
}

RoiShape roi_shape_of(const std::string& name) {
  for (const RoiShape shape :
       {RoiShape::sphere, RoiShape::ellipsoid, RoiShape::box, RoiShape::threshold, RoiShape::peak, RoiShape::polygon}) {
    if (roi_shape_name(shape) == name) {
      return shape;
    }
  }
  throw InputError(fmt::format(
      "\"{}\" is no shape of a region; there are sphere, ellipsoid, box, threshold, peak and polygon", name));
}

Roi polygon_roi(std::string name, int axis, double thickness_mm, std::span<const std::array<double, 3>> corners_mm) {
  const auto [across, up] = polygon_axes(axis);
  double twice_area = 0;
  for (std::size_t i = 0; i < corners_mm.size(); ++i) {
    const auto& here = corners_mm[i];
    const auto& next = corners_mm[(i + 1) % corners_mm.size()];
    twice_area += here[across] * next[up] - next[across] * here[up];
  }
  if (twice_area == 0) {
    throw InputError("a polygon needs three corners that are not in one line");
  }
  Roi roi{.name = std::move(name), .shape = RoiShape::polygon, .axis = axis};
  const auto along = static_cast<std::size_t>(axis);
  for (const std::size_t a : polygon_axes(axis)) {
    const auto [low, high] = std::ranges::minmax(corners_mm, {}, [a](const auto& corner) { return corner[a]; });
    roi.centre_mm[a] = 0.5 * (low[a] + high[a]);
    roi.half_size_mm[a] = 0.5 * (high[a] - low[a]);
  }
  roi.centre_mm[along] = corners_mm.front()[along];
  roi.half_size_mm[along] = 0.5 * thickness_mm;
  for (const auto& corner : corners_mm) {
    roi.corners.push_back({(corner[across] - roi.centre_mm[across]) / roi.half_size_mm[across],
                           (corner[up] - roi.centre_mm[up]) / roi.half_size_mm[up]});
  }
  return roi;
}

std::array<double, 3> roi_size_mm(const Roi& roi) {
  return {2 * half_size(roi, 0), 2 * half_size(roi, 1), 2 * half_size(roi, 2)};
}

}  // namespace coincide::recon
