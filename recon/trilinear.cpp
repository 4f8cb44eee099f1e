#include "recon/trilinear.h"

#include <algorithm>
#include <cmath>

namespace coincide::recon {
namespace {

/// Between which voxels of an axis a place lies, and how much of the second counts.
struct Between {
  std::int64_t low, high;
  double part;
};

Between between(double place, std::int64_t length) {
  constexpr double rounding = 1e-9;
  const double rounded = std::round(place);
  const double within =
      std::clamp(std::abs(place - rounded) < rounding ? rounded : place, 0.0, static_cast<double>(length - 1));
  const auto low = static_cast<std::int64_t>(within);
  return {low, std::min(low + 1, length - 1), within - static_cast<double>(low)};
}

}  // namespace

bool is_inside(const ImageGrid& grid, const std::array<double, 3>& place) {
  bool inside = true;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    inside = inside && place[axis] >= -0.5 && place[axis] <= static_cast<double>(grid.shape[axis]) - 0.5;
  }
  return inside;
}

double trilinear_value(const Image& image, const std::array<double, 3>& place, double outside) {
  if (!is_inside(image.grid, place)) {
    return outside;
  }
  std::array<Between, 3> axis{};
  for (std::size_t a = 0; a < 3; ++a) {
    axis[a] = between(place[a], image.grid.shape[a]);
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

}  // namespace coincide::recon
