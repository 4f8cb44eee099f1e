#pragma once

#include <span>

#include "recon/image.h"
#include "recon/motion/poses.h"

namespace coincide::recon {

/// What an image of the body at its reference position looks like in the scanner at a pose, on a grid of any kind:
/// linear between voxels, the edge voxel's value up to the image's faces, 0 beyond.
Image moved_image(const Image& at_reference, const Pose& pose, const ImageGrid& grid);

/// The sensitivity of what moves: s_ref(v) = sum w_k s(T_k v), T_k the poses that it stood in. `sensitivity` is that of
/// the scanner; where voxels move out of its grid it counts as 0, so it has to reach as far as the body does. Its
/// factor of attenuation is right only if what attenuates moves with the body or does not attenuate much. Throws
/// InputError for weights that are not as many as the poses.
Image average_sensitivity(const Image& sensitivity, std::span<const Pose> poses, std::span<const double> weights,
                          const ImageGrid& grid);

}  // namespace coincide::recon
