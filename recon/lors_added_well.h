#pragma once

#include <algorithm>
#include <cstdint>

#include "projectors/geometry.h"

namespace coincide::recon {

/// LORs whose back projections single precision adds up well: with some hundred contributions to each voxel, rounding
/// leaves some 1e-6, and moving the sum to double precision then takes hardly any time.
inline std::int64_t lors_added_well(const projectors::ImageGrid& grid) {
  constexpr std::int64_t per_voxel = 300, least = 1 << 16;
  return std::max(least, per_voxel * grid.num_voxels() / std::ranges::max(grid.shape));
}

}  // namespace coincide::recon
