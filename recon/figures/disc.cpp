#include "recon/figures/disc.h"

#include <fmt/format.h>

#include <cmath>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

/// Voxel whose box holds a place.
std::int64_t voxel_at(const ImageGrid& grid, std::size_t axis, double mm) {
  return std::llround((mm - grid.origin_mm[axis]) / grid.voxel_size_mm[axis]);
}

void check_within(const Disc& disc, const ImageGrid& grid) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double reach_mm = axis < 2 ? 0.5 * disc.diameter_mm : 0;
    const double low = disc.centre_mm[axis] - reach_mm, high = disc.centre_mm[axis] + reach_mm;
    if (voxel_at(grid, axis, low) < 0 || voxel_at(grid, axis, high) >= grid.shape[axis]) {
      throw InputError(
          fmt::format("a region of {:g} mm at ({:.1f}, {:.1f}, {:.1f}) mm reaches beyond the image, which ends at "
                      "{:.1f} and {:.1f} "
                      "mm along {}",
                      disc.diameter_mm, disc.centre_mm[0], disc.centre_mm[1], disc.centre_mm[2],
                      grid.origin_mm[axis] - 0.5 * grid.voxel_size_mm[axis],
                      grid.origin_mm[axis] + (static_cast<double>(grid.shape[axis]) - 0.5) * grid.voxel_size_mm[axis],
                      "xyz"[axis]));
    }
  }
}

/// Samples of the pixel [i, j] that lie in the disc.
int covered_samples(const Disc& disc, const ImageGrid& grid, std::int64_t i, std::int64_t j) {
  constexpr int samples = 8;
  const auto from_centre = [&](std::size_t axis, std::int64_t voxel, int sample) {
    const double place = static_cast<double>(voxel) + (sample + 0.5) / samples - 0.5;
    return grid.origin_mm[axis] + place * grid.voxel_size_mm[axis] - disc.centre_mm[axis];
  };
  int count = 0;
  for (int a = 0; a < samples; ++a) {
    for (int b = 0; b < samples; ++b) {
      count += std::hypot(from_centre(0, i, a), from_centre(1, j, b)) <= 0.5 * disc.diameter_mm ? 1 : 0;
    }
  }
  return count;
}

}  // namespace

double mean_in(const Disc& disc, const Image& image) {
  const ImageGrid& grid = image.grid;
  check_within(disc, grid);
  const double radius_mm = 0.5 * disc.diameter_mm;
  const std::int64_t k = voxel_at(grid, 2, disc.centre_mm[2]);
  double sum = 0, weights = 0;
  for (std::int64_t i = voxel_at(grid, 0, disc.centre_mm[0] - radius_mm);
       i <= voxel_at(grid, 0, disc.centre_mm[0] + radius_mm); ++i) {
    for (std::int64_t j = voxel_at(grid, 1, disc.centre_mm[1] - radius_mm);
         j <= voxel_at(grid, 1, disc.centre_mm[1] + radius_mm); ++j) {
      const int weight = covered_samples(disc, grid, i, j);
      sum += weight * double{image.at(i, j, k)};
      weights += weight;
    }
  }
  return sum / weights;
}

}  // namespace coincide::recon
