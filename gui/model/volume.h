#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "recon/image.h"

namespace coincide::gui {

/// An image for the 3-D view: x fastest, as graphics cards want it, and coarse enough to be turned with the mouse.
struct Volume {
  std::array<std::int64_t, 3> shape{};
  std::array<double, 3> voxel_size_mm{};
  std::array<double, 3> origin_mm{};  ///< middle of voxel [0, 0, 0]
  std::vector<float> values;
  std::int64_t coarsening = 1;  ///< voxels of the image per voxel along each axis
};

/// At most `most_voxels`; each voxel holds the largest finite value of the image's voxels in it, or the least float, so
/// that a projection of maxima loses no hot spot. Where `stop` tells so between planes, the rest holds the least float.
Volume make_volume(const recon::Image& image, std::int64_t most_voxels, const std::function<bool()>& stop = {});

}  // namespace coincide::gui
