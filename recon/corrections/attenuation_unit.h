#pragma once

#include "recon/image.h"

namespace coincide::recon {

/// What the values of an image that is given for attenuation tell of themselves.
enum class AttenuationUnit {
  per_cm,
  per_mm,
  per_m,
  ct_numbers,  ///< HU
  mask,        ///< 0 and 1 only
  factors,     ///< exp(integral of mu), or its inverse: 1 in the background
  unknown,     ///< empty, or another object than a body
};

/// Told by the unit "HU", by values below -200, by 0 and 1 alone, by a border of 1, and else by the median of the
/// voxels above a quarter of the 99th percentile, which is that of soft tissue. Values are finite.
AttenuationUnit attenuation_unit(const Image& image);

}  // namespace coincide::recon
