#pragma once

#include "recon/image.h"

namespace coincide::recon {

/// How finely scatter is simulated. The steps are those that suffice in a bore for people, and smaller in a smaller
/// one: with the former in a bore of 90 mm radius, 5 % of the scatter were lost, with the latter none (0.2 %).
struct ScatterSampling {
  double voxel_mm;  ///< of the images that it is simulated from
  double cell_mm;   ///< with one point that scatters in each
  double ring_mm;   ///< between rings of detectors, at most

  static ScatterSampling in_bore(double radius_mm);
};

/// The same box in voxels of about that size, or as it is where its voxels are larger.
ImageGrid coarse_grid(const ImageGrid& grid, double voxel_mm);

}  // namespace coincide::recon
