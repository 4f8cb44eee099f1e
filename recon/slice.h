#pragma once

#include <cstdint>
#include <vector>

#include "recon/image.h"

namespace coincide::recon {

/// How a slice lies on a screen or page, for all that draws one: as viewers of patient images (LPS) show it. Axes are
/// 0: x, 1: y, 2: z.
struct SliceAxes {
  int right = 0;      ///< runs to the right
  int vertical = 1;   ///< runs downwards or upwards
  bool down = false;  ///< which of the two
};

/// Of the slice that `axis` stands on: axial x to the right and y down, coronal x to the right and z up, sagittal y to
/// the right and z up.
constexpr SliceAxes slice_axes(int axis) {
  return {.right = axis == 0 ? 1 : 0, .vertical = axis == 2 ? 1 : 2, .down = axis == 2};
}

struct Slice {
  std::int64_t columns = 0, rows = 0;
  std::vector<float> values;  ///< [row, column] as it is looked at: row 0 is the uppermost, column 0 the leftmost
};

/// The voxels whose index along `axis` is `index`. Throws InputError if the image has none.
Slice slice_of(const Image& image, int axis, std::int64_t index);

/// The largest finite value along `axis`, as a slice; not a number where there is none. Throws InputError if the image
/// is empty.
Slice maximum_along(const Image& image, int axis);

}  // namespace coincide::recon
