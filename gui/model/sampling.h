#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace coincide::gui {

/// Of `voxels` of an image every how many-th to look at, so that it is at most `most` of them. Shares no divisor with
/// the voxels of the whole image, or it could see some of its slices only.
inline std::int64_t sampling_step(std::int64_t voxels, std::int64_t most, std::int64_t voxels_of_image) {
  std::int64_t step = std::max<std::int64_t>(1, (voxels + most - 1) / most);
  while (std::gcd(step, voxels_of_image) > 1) {
    ++step;
  }
  return step;
}

}  // namespace coincide::gui
