#pragma once

#include <array>

#include "recon/image.h"

namespace coincide::recon {

/// A circular region of an axial plane.
struct Disc {
  std::array<double, 3> centre_mm{};
  double diameter_mm = 0;
};

/// Mean in the plane of voxels nearest to the disc; pixels count by the part that it covers (8 x 8 samples). Throws
/// InputError if part of it lies outside the image.
double mean_in(const Disc& disc, const Image& image);

}  // namespace coincide::recon
