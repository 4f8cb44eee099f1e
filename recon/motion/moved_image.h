#pragma once

#include "recon/image.h"
#include "recon/motion/poses.h"

namespace coincide::recon {

/// What an image of the body at its reference position looks like in the scanner at a pose, on a grid of any kind:
/// linear between voxels, the edge voxel's value up to the image's faces, 0 beyond.
Image moved_image(const Image& at_reference, const Pose& pose, const ImageGrid& grid);

}  // namespace coincide::recon
