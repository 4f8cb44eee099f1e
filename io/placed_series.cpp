#include "io/placed_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

#include "projectors/error.h"

namespace coincide::io {
namespace {

using Shape = std::array<std::int64_t, 3>;

/// Which axis of ours each axis of the file is, and how far a step along it goes (mm, negative: against ours).
struct StraightAxes {
  std::array<int, 3> axis{};
  std::array<float, 3> step_mm{};
};

void check_possible(const PlacedSeries& placed, const std::string& name) {
  constexpr double smallest_mm = 1e-3, largest_mm = 1e4, farthest_mm = 1e6;
  for (int f = 0; f < 3; ++f) {
    const double step_mm = placed.index_to_mm.linear().col(f).norm();
    const double place_mm = placed.index_to_mm.translation()[f];
    if (!(step_mm >= smallest_mm && step_mm <= largest_mm && std::abs(place_mm) <= farthest_mm)) {
      throw FileError(fmt::format(
          "{}: a voxel of {:g} mm at {:g} mm along axis {} is not possible: sizes from {:g} to {:g} mm are, and places "
          "up to {:g} mm away.",
          name, step_mm, place_mm, f + 1, smallest_mm, largest_mm, farthest_mm));
    }
  }
}

/// None if the axes lie obliquely to ours.
std::optional<StraightAxes> straight_axes(const Eigen::Affine3d& index_to_mm) {
  // A tilt of 1e-3 moves the end of a 500 mm image by half a millimetre; quaternions in float are good to 1e-6.
  constexpr double most_tilt = 1e-3;
  StraightAxes axes;
  std::array<bool, 3> taken{};
  for (int f = 0; f < 3; ++f) {
    const Eigen::Vector3d column = index_to_mm.linear().col(f);
    int axis = 0;
    const double along = column.cwiseAbs().maxCoeff(&axis);
    if (taken[axis] || column.cwiseAbs().sum() - along > most_tilt * along) {
      return std::nullopt;
    }
    taken[axis] = true;
    axes.axis[f] = axis;
    axes.step_mm[f] = static_cast<float>(column[axis]);
  }
  return axes;
}

recon::ImageGrid grid_of(const StraightAxes& axes, const Shape& size, const Eigen::Vector3d& first_mm) {
  recon::ImageGrid grid;
  for (int f = 0; f < 3; ++f) {
    const int axis = axes.axis[f];
    const float step_mm = axes.step_mm[f];
    grid.shape[axis] = size[f];
    grid.voxel_size_mm[axis] = std::abs(step_mm);
    const double to_lowest_mm = step_mm < 0 ? step_mm * static_cast<double>(size[f] - 1) : 0;
    grid.origin_mm[axis] = static_cast<float>(first_mm[axis] + to_lowest_mm);
  }
  return grid;
}

std::vector<float> in_our_order(std::vector<float> values, const StraightAxes& axes, const Shape& size,
                                const Shape& shape) {
  const Shape stride{shape[1] * shape[2], shape[2], 1};
  Shape step{};
  std::int64_t first = 0;
  for (int f = 0; f < 3; ++f) {
    const bool flipped = axes.step_mm[f] < 0;
    step[f] = stride[axes.axis[f]] * (flipped ? -1 : 1);
    first += flipped ? stride[axes.axis[f]] * (size[f] - 1) : 0;
  }
  if (first == 0 && step == stride) {
    return values;
  }
  std::vector<float> ours(values.size());
  auto value = values.begin();
  for (std::int64_t i = 0; i < size[0]; ++i) {
    for (std::int64_t j = 0; j < size[1]; ++j) {
      for (std::int64_t k = 0; k < size[2]; ++k) {
        ours[static_cast<std::size_t>(first + i * step[0] + j * step[1] + k * step[2])] = *value++;
      }
    }
  }
  return ours;
}

recon::ImageGrid covering_grid(const PlacedSeries& placed, const std::string& name) {
  try {
    return recon::covering_grid(placed.series.grid.shape, placed.index_to_mm);
  } catch (const InputError& error) {
    throw FileError(fmt::format("{}: {}", name, error.what()));
  }
}

std::string resampling_sentence(const PlacedSeries& placed, const recon::ImageGrid& grid, const std::string& name) {
  const Eigen::Matrix3d directions = placed.index_to_mm.linear().colwise().normalized();
  const std::array<int, 3> nearest = recon::nearest_axes(directions);
  double least_cosine = 1;
  for (int axis = 0; axis < 3; ++axis) {
    least_cosine = std::min(least_cosine, std::abs(directions(axis, nearest[axis])));
  }
  return fmt::format(
      "{}: its axes are up to {:.1f} degrees off the scanner's, so it was resampled to a straight grid of "
      "{} x {} x {} voxels of {:.5g} x {:.5g} x {:.5g} mm.",
      name, std::acos(least_cosine) * 180 / std::numbers::pi, grid.shape[0], grid.shape[1], grid.shape[2],
      grid.voxel_size_mm[0], grid.voxel_size_mm[1], grid.voxel_size_mm[2]);
}

/// One frame after the other, so that only one has its voxels twice.
void resample(PlacedSeries& placed, const recon::ImageGrid& grid, recon::Interpolation interpolation) {
  for (recon::SeriesFrame& frame : placed.series.frames) {
    recon::Image image;
    image.grid = placed.series.grid;
    image.values = std::move(frame.values);
    frame.values = recon::resampled(image, placed.index_to_mm, grid, placed.outside, interpolation);
  }
}

}  // namespace

ReadSeries straightened(PlacedSeries placed, const std::string& name, recon::Interpolation interpolation) {
  check_possible(placed, name);
  recon::ImageSeries& series = placed.series;
  recon::ImageGrid grid;
  if (const auto axes = straight_axes(placed.index_to_mm)) {
    grid = grid_of(*axes, series.grid.shape, placed.index_to_mm.translation());
    for (recon::SeriesFrame& frame : series.frames) {
      frame.values = in_our_order(std::move(frame.values), *axes, series.grid.shape, grid.shape);
    }
  } else {
    grid = covering_grid(placed, name);
    resample(placed, grid, interpolation);
    placed.warnings.push_back(resampling_sentence(placed, grid, name));
  }
  series.grid = grid;
  return {std::move(series), std::move(placed.warnings)};
}

}  // namespace coincide::io
