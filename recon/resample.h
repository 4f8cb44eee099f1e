#pragma once

#include <Eigen/Geometry>
#include <vector>

#include "recon/image.h"

namespace coincide::recon {

/// `image` on another grid: trilinear between its voxels, after a Gaussian as wide (FWHM) as the voxels of `grid` where
/// those are the larger ones, so that nothing small is met by chance; 0 outside its voxels' centres. Unit, description
/// and times are kept.
Image resampled(const Image& image, const ImageGrid& grid, int num_threads = 0);

/// Values on `grid` of an image whose voxels (i, j, k) lie at `index_to_mm` in any direction (of its own grid only the
/// shape counts), as trilinear_value() has them. Both voxels should be of like size: none are left out or mixed.
std::vector<float> resampled(const Image& image, const Eigen::Affine3d& index_to_mm, const ImageGrid& grid,
                             float outside, int num_threads = 0);

/// `image` on another grid: each voxel has the value of the one that its middle lies in, 0 where there is none. Labels
/// stay labels.
Image resampled_to_nearest(const Image& image, const ImageGrid& grid);

/// Part of the box of `image` that lies in the box of `other`, 0 ... 1.
double covered_part(const ImageGrid& image, const ImageGrid& other);

}  // namespace coincide::recon
