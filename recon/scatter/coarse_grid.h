#pragma once

#include "recon/image.h"

namespace coincide::recon {

/// The same box in voxels of about 8 mm, which scatter is simulated from, or as it is where its voxels are larger.
ImageGrid coarse_grid(const ImageGrid& grid);

}  // namespace coincide::recon
