#include "gui/model/slice.h"

#include <fmt/format.h>

#include <array>

#include "projectors/error.h"

namespace coincide::gui {

Slice slice_of(const recon::Image& image, int axis, std::int64_t index) {
  const auto& shape = image.grid.shape;
  const std::int64_t count = axis >= 0 && axis < 3 ? shape[static_cast<std::size_t>(axis)] : 0;
  if (index < 0 || index >= count || image.values.empty()) {
    throw InputError(fmt::format(
        "The image has no slice {} along axis {}: axes are 0 to 2, and this one has {} slices.", index, axis, count));
  }
  const std::array<std::int64_t, 3> stride{shape[1] * shape[2], shape[2], 1};
  const auto across = static_cast<std::size_t>(slice_across(axis));
  const auto up = static_cast<std::size_t>(slice_up(axis));
  Slice slice{.columns = shape[across], .rows = shape[up], .values = {}};
  slice.values.resize(static_cast<std::size_t>(slice.columns * slice.rows));
  // Along the columns first: that is the order in memory.
  for (std::int64_t column = 0; column < slice.columns; ++column) {
    const float* from = image.values.data() + index * stride[static_cast<std::size_t>(axis)] + column * stride[across];
    for (std::int64_t row = 0; row < slice.rows; ++row) {
      slice.values[static_cast<std::size_t>(row * slice.columns + column)] = from[row * stride[up]];
    }
  }
  return slice;
}

}  // namespace coincide::gui
