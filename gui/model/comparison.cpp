#include "gui/model/comparison.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "gui/model/sampling.h"

namespace coincide::gui {
namespace {

constexpr const char* diverging = "blue, white, red";
constexpr std::int64_t most_compared = 100'000;  ///< enough for a percentile, and done in some milliseconds

std::size_t index_of(int axis) { return static_cast<std::size_t>(axis); }

/// The middles of the voxels of a slice, in the order of slice_of().
Raster raster_of(const recon::ImageGrid& grid, int axis, std::int64_t index) {
  const recon::SliceAxes axes = recon::slice_axes(axis);
  const std::size_t right = index_of(axes.right), vertical = index_of(axes.vertical);
  Raster raster{.columns = static_cast<int>(grid.shape[right]), .rows = static_cast<int>(grid.shape[vertical])};
  for (std::size_t a = 0; a < 3; ++a) {
    raster.first_mm[a] = grid.origin_mm[a];
  }
  const double step = grid.voxel_size_mm[vertical];
  raster.first_mm[index_of(axis)] += static_cast<double>(index) * double{grid.voxel_size_mm[index_of(axis)]};
  raster.first_mm[vertical] += axes.down ? 0 : (raster.rows - 1) * step;
  raster.column_step_mm[right] = grid.voxel_size_mm[right];
  raster.row_step_mm[vertical] = axes.down ? step : -step;
  return raster;
}

float combined(const Comparison& comparison, float a, float b, bool square_of_b) {
  if (comparison.combination == Combination::checkerboard) {
    return square_of_b ? b : a;
  }
  if (!std::isfinite(a) || !std::isfinite(b)) {
    return std::isnan(a) || std::isnan(b) ? std::numeric_limits<float>::quiet_NaN() : no_number;
  }
  switch (comparison.combination) {
    case Combination::difference:
      return a - b;
    case Combination::ratio:
      return b != 0 ? a / b : std::numeric_limits<float>::quiet_NaN();
    case Combination::blend:
      return static_cast<float>((1 - comparison.part_of_b) * a + comparison.part_of_b * b);
    case Combination::checkerboard:
    case Combination::none:
      break;
  }
  return a;
}

/// What all but a thousandth of the absolute differences do not exceed; of a large image, evenly spaced ones.
double largest_difference(const Comparison& comparison, const recon::Image& a) {
  const auto [width, height, depth] = a.grid.shape;
  const Eigen::Affine3d to_mm = index_to_mm(a.grid);
  const std::int64_t voxels = std::ssize(a.values);
  std::vector<double> differences;
  for (std::int64_t i = 0; i < voxels; i += sampling_step(voxels, most_compared, voxels)) {
    const Eigen::Matrix<std::int64_t, 3, 1> index{i / (height * depth), i / depth % height, i % depth};
    const Eigen::Vector3d place = to_mm * index.cast<double>();
    const double b = layer_value(comparison.other, {place[0], place[1], place[2]});
    if (const double difference = std::abs(a.values[static_cast<std::size_t>(i)] - b); std::isfinite(difference)) {
      differences.push_back(difference);
    }
  }
  if (differences.empty()) {
    return 0;
  }
  const auto rank = differences.begin() + (std::ssize(differences) - 1) * 999 / 1000;
  std::ranges::nth_element(differences, rank);
  return *rank;
}

}  // namespace

bool has_one_unit(const Comparison& comparison, const recon::Image& a) {
  return comparison.other.image->unit == a.unit;
}

recon::Slice other_slice(const Comparison& comparison, const recon::ImageGrid& grid, int axis, std::int64_t index) {
  const Raster raster = raster_of(grid, axis, index);
  return {.columns = raster.columns, .rows = raster.rows, .values = layer_values(comparison.other, raster)};
}

recon::Slice combined_slice(const Comparison& comparison, recon::Slice a, const recon::Slice& b) {
  const std::int64_t square = std::max<std::int64_t>(1, std::max(a.columns, a.rows) / 8);
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    const bool square_of_b = (at % a.columns / square + at / a.columns / square) % 2 != 0;
    a.values[i] = combined(comparison, a.values[i], b.values[i], square_of_b);
  }
  return a;
}

ColourScale combined_scale(const Comparison& comparison, const recon::Image& a, const ColourScale& of_a) {
  if (comparison.combination == Combination::ratio) {
    return {.colour_map = diverging, .window = {.low = 0, .high = 2}, .unit = {}};
  }
  if (comparison.combination == Combination::difference) {
    const double largest = largest_difference(comparison, a);
    const double high = largest > 0 ? largest : 1;
    return {.colour_map = diverging,
            .window = {.low = -high, .high = high},
            .unit = has_one_unit(comparison, a) ? a.unit : std::string()};
  }
  return of_a;
}

}  // namespace coincide::gui
