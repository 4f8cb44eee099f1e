#pragma once

#include <nifti1_io.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "recon/image.h"

namespace coincide::io {

/// Which axis of ours each axis of the file is, and how far a step along it goes (mm, negative: against ours).
struct NiftiAxes {
  std::array<int, 3> axis{0, 1, 2};
  std::array<float, 3> step_mm{};
  std::array<float, 3> origin_mm{};  ///< centre of the file's first voxel
};

/// Of a file of this name. Without an orientation the image is centred on 0. Throws FileError for axes that lie
/// obliquely to ours, two places that contradict each other, and voxels that are not possible.
NiftiAxes nifti_axes(const nifti_image& nim, const std::string& name);

/// The grid that the voxels of a file of this size make in our order and direction.
recon::ImageGrid grid_of(const NiftiAxes& axes, const std::array<std::int64_t, 3>& size);

/// Values of a frame of the file (first index fastest) in our order.
std::vector<float> in_our_order(std::span<const float> values, const NiftiAxes& axes,
                                const std::array<std::int64_t, 3>& size);

}  // namespace coincide::io
