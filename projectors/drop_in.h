#pragma once

#include <array>
#include <cstdint>

#include "projectors/device.h"
#include "projectors/geometry.h"
#include "projectors/projector.h"

/// What the two drop-in edges share, the C interface (c_api/) and the Python module (python/): the conventions of
/// parallelproj 2.0, which differ from those of our own C++ interface at the image's border and in the sign of the
/// TOF centre offset.
namespace coincide::projectors::drop_in {

/// Projector for a grid and for arrays that lie on `device`. Throws DeviceError if that device is missing, InputError
/// if the grid is impossible.
inline Projector make_projector(const ImageGrid& grid, Device device) {
  return Projector(grid, {.boundary = BoundaryRule::upstream, .device = find_device(device_word(device))});
}

/// `sigma_mm` and `center_offset_mm` hold one value, or one per LOR where the flag beside them says so.
inline TofBins make_tof_bins(std::int32_t num_bins, float bin_width_mm, const float* sigma_mm, bool sigma_per_lor,
                             const float* center_offset_mm, bool center_offset_per_lor, float num_sigmas) {
  return {.num_bins = num_bins,
          .bin_width_mm = bin_width_mm,
          .sigma_mm = sigma_mm,
          .sigma_per_lor = sigma_per_lor,
          .center_offset_mm = center_offset_mm,
          .center_offset_per_lor = center_offset_per_lor,
          .num_sigmas = num_sigmas,
          .offset_sign = OffsetSign::towards_positive_principal_axis};
}

/// `shape` may be of any integer type; `origin` and `voxel_size` have three values.
template <class Integer>
ImageGrid make_grid(const Integer* shape, const float* origin, const float* voxel_size) {
  return {.shape = {shape[0], shape[1], shape[2]},
          .origin_mm = {origin[0], origin[1], origin[2]},
          .voxel_size_mm = {voxel_size[0], voxel_size[1], voxel_size[2]}};
}

}  // namespace coincide::projectors::drop_in
