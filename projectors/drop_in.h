#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "projectors/device.h"
#include "projectors/geometry.h"
#include "projectors/projector.h"

/// What the two drop-in edges share, the C interface (c_api/) and the Python module (python/): the conventions of
/// parallelproj 2.0, which differ from those of our own C++ interface at the image's border and in the sign of the
/// TOF centre offset.
namespace coincide::projectors::drop_in {

/// Where a call computes whose arrays lie on `arrays`: on a GPU that GPU; on the host GPU number `device_id`, or the
/// CPU if that number is negative or the machine has no GPU that can be used.
/// Throws DeviceError with the reason if that GPU is missing. The GPUs are looked for once.
Device computing_device(Device arrays, int device_id);

/// The image of a call and how to compute: what a Projector is made of.
struct Setting {
  ImageGrid grid{.shape = {}, .origin_mm = {0, 0, 0}, .voxel_size_mm = {1, 1, 1}};
  Device device{};
  CudaOptions cuda{};
};

/// Takes the image's origin or voxel size: the three numbers are read here, or where they lie on a GPU by that.
inline void take(const float* vector, bool on_gpu, std::array<float, 3>& values, const float*& gpu_vector) {
  if (on_gpu) {
    gpu_vector = vector;
  } else {
    std::copy_n(vector, 3, values.begin());
  }
}

/// Throws InputError if the image's shape, the caller's argument `shape_name`, is impossible.
Projector make_projector(const Setting& setting, std::string_view shape_name);

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

}  // namespace coincide::projectors::drop_in
