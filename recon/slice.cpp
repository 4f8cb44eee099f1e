#include "recon/slice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "projectors/error.h"

namespace coincide::recon {

Slice slice_of(const Image& image, int axis, std::int64_t index) {
  const auto& shape = image.grid.shape;
  const std::int64_t count = axis >= 0 && axis < 3 ? shape[static_cast<std::size_t>(axis)] : 0;
  if (index < 0 || index >= count || image.values.empty()) {
    throw InputError(fmt::format(
        "The image has no slice {} along axis {}: axes are 0 to 2, and this one has {} slices.", index, axis, count));
  }
  const std::array<std::int64_t, 3> stride{shape[1] * shape[2], shape[2], 1};
  const SliceAxes axes = slice_axes(axis);
  const auto right = static_cast<std::size_t>(axes.right);
  const auto vertical = static_cast<std::size_t>(axes.vertical);
  Slice slice{.columns = shape[right], .rows = shape[vertical], .values = {}};
  slice.values.resize(static_cast<std::size_t>(slice.columns * slice.rows));
  // Along the columns first: that is the order in memory.
  for (std::int64_t column = 0; column < slice.columns; ++column) {
    const float* from = image.values.data() + index * stride[static_cast<std::size_t>(axis)] + column * stride[right];
    for (std::int64_t i = 0; i < slice.rows; ++i) {
      const std::int64_t row = axes.down ? i : slice.rows - 1 - i;
      slice.values[static_cast<std::size_t>(row * slice.columns + column)] = from[i * stride[vertical]];
    }
  }
  return slice;
}

Slice maximum_along(const Image& image, int axis) {
  Slice most = slice_of(image, axis, 0);
  std::ranges::fill(most.values, std::numeric_limits<float>::quiet_NaN());
  for (std::int64_t index = 0; index < image.grid.shape[static_cast<std::size_t>(axis)]; ++index) {
    const Slice slice = slice_of(image, axis, index);
    std::ranges::transform(most.values, slice.values, most.values.begin(),
                           [](float a, float b) { return std::isfinite(b) && !(b <= a) ? b : a; });
  }
  return most;
}

}  // namespace coincide::recon
