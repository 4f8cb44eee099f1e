#pragma once

#include <cstdint>

#include "projectors/geometry.h"

namespace coincide::projectors::bench {

/// Image planes, across each LOR's principal axis, that the LORs cross inside the image box. What work there is: one
/// plane is one bilinear footprint of 2 x 2 voxels. Plain double precision, independent of the kernels.
std::int64_t count_planes(const ImageGrid& grid, const Lors& lors);

/// The same, of those only the planes in reach of each event's TOF bin, whose centre offset counts towards the LOR's
/// end.
std::int64_t count_planes(const ImageGrid& grid, const Lors& lors, const TofEvents& events);

}  // namespace coincide::projectors::bench
