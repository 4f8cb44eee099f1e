#include "gui/model/mosaic.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace coincide::gui {

std::int64_t mosaic_step(const recon::ImageGrid& grid, const Mosaic& mosaic) {
  const auto axis = static_cast<std::size_t>(mosaic.axis);
  const std::int64_t count = grid.shape[axis];
  if (!(mosaic.spacing_mm > 0)) {
    return std::max<std::int64_t>(1, (count + mosaic.size() - 1) / mosaic.size());
  }
  const double steps = std::round(mosaic.spacing_mm / grid.voxel_size_mm[axis]);
  return static_cast<std::int64_t>(std::clamp(steps, 1.0, static_cast<double>(count)));
}

std::vector<std::int64_t> mosaic_slices(const recon::ImageGrid& grid, const Mosaic& mosaic, std::int64_t cursor) {
  const std::int64_t count = grid.shape[static_cast<std::size_t>(mosaic.axis)];
  const std::int64_t step = mosaic_step(grid, mosaic);
  const std::int64_t all = (count + step - 1) / step;
  const std::int64_t first = (count - 1 - (all - 1) * step) / 2;
  const std::int64_t nearest = std::clamp<std::int64_t>((cursor - first + step / 2) / step, 0, all - 1);
  const std::int64_t begin = nearest / mosaic.size() * mosaic.size();
  std::vector<std::int64_t> slices;
  for (std::int64_t i = begin; i < std::min(all, begin + mosaic.size()); ++i) {
    slices.push_back(first + i * step);
  }
  return slices;
}

std::size_t mosaic_place(const std::vector<std::int64_t>& slices, std::int64_t cursor) {
  const auto nearest =
      std::ranges::min_element(slices, {}, [cursor](std::int64_t slice) { return std::abs(slice - cursor); });
  return static_cast<std::size_t>(nearest - slices.begin());
}

}  // namespace coincide::gui
