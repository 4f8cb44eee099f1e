#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "recon/data/roi.h"

namespace coincide::recon {
namespace {

/// Mean and squares about it of values that were added; joined so that nearly uniform values keep their digits (T. F.
/// Chan, G. H. Golub, R. J. LeVeque, The American Statistician 37(3), 1983).
struct Moments {
  std::int64_t voxels = 0, no_numbers = 0;
  double mean = 0, squares = 0;
  float least = std::numeric_limits<float>::infinity();
  float most = -std::numeric_limits<float>::infinity();

  /// What is not finite is counted apart.
  void add(std::span<const float> values);
  /// Finite ones.
  void add_numbers(std::span<const float> values, double sum);
  RoiFigures figures(const ImageGrid& grid) const;
};

Eigen::Map<const Eigen::ArrayXf> array_of(std::span<const float> values) {
  return {values.data(), static_cast<Eigen::Index>(values.size())};
}

void Moments::add(std::span<const float> values) {
  const double sum = array_of(values).cast<double>().sum();
  if (std::isfinite(sum)) {
    add_numbers(values, sum);
    return;
  }
  std::vector<float> numbers;
  std::ranges::copy_if(values, std::back_inserter(numbers), [](float value) { return std::isfinite(value); });
  no_numbers += std::ssize(values) - std::ssize(numbers);
  add_numbers(numbers, array_of(numbers).cast<double>().sum());
}

void Moments::add_numbers(std::span<const float> values, double sum) {
  if (values.empty()) {
    return;
  }
  const auto here = array_of(values);
  const auto count = static_cast<double>(values.size());
  const double mean_here = sum / count;
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
    return {.no_numbers = no_numbers};
  }
  const auto count = static_cast<double>(voxels);
  const auto& [width, depth, height] = grid.voxel_size_mm;
  return {.voxels = voxels,
          .volume_ml = count * width * depth * height / 1000,  // mm^3 per mL
          .mean = mean,
          .standard_deviation = voxels > 1 ? std::sqrt(squares / (count - 1)) : 0,
          .least = least,
          .most = most,
          .no_numbers = no_numbers};
}

/// Copies the values that are, and those that are not finite, to `place` and returns them. Without a branch: in an
/// image full of noise no processor could foresee which way it goes.
std::span<const float> at_or_above(double threshold, std::span<const float> values, std::vector<float>& place) {
  place.resize(std::max(place.size(), values.size()));
  std::size_t count = 0;
  for (const float value : values) {
    place[count] = value;
    count += value >= threshold || !std::isfinite(value) ? 1 : 0;
  }
  return std::span(place).first(count);
}

}  // namespace

RoiFigures measure(const Roi& roi, const Image& image, const std::function<bool()>& stop) {
  return measure(roi, image.grid, image.values, stop);
}

RoiFigures measure(const Roi& wanted, const ImageGrid& grid, std::span<const float> values,
                   const std::function<bool()>& stop) {
  if (values.empty()) {
    return {};
  }
  const Roi roi = found_in(wanted, grid, values);
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

}  // namespace coincide::recon
