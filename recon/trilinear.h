#pragma once

#include <array>

#include "recon/image.h"

namespace coincide::recon {

/// Whether a place in voxel indices lies in the image; its faces belong to it.
bool is_inside(const ImageGrid& grid, const std::array<double, 3>& place);

/// What `image` is at a place that counts its voxels: linear between voxels, the edge voxel's value up to the image's
/// faces, `outside` beyond. Within rounding of a voxel's middle it is that voxel, to the bit.
double trilinear_value(const Image& image, const std::array<double, 3>& place, double outside = 0);

}  // namespace coincide::recon
