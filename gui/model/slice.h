#pragma once

#include <cstdint>
#include <vector>

#include "recon/image.h"

namespace coincide::gui {

/// The image axis (0: x, 1: y, 2: z) that runs to the right in the slice that `axis` stands on: x, in sagittal slices
/// y.
constexpr int slice_across(int axis) { return axis == 0 ? 1 : 0; }
/// The one that runs upwards: z, in axial slices y.
constexpr int slice_up(int axis) { return axis == 2 ? 1 : 2; }

struct Slice {
  std::int64_t columns = 0, rows = 0;
  std::vector<float> values;  ///< [row, column], row 0 is the lowest
};

/// The voxels whose index along `axis` is `index`. Throws InputError if the image has none.
Slice slice_of(const recon::Image& image, int axis, std::int64_t index);

}  // namespace coincide::gui
