#pragma once

#include "recon/image.h"

namespace coincide::recon {

/// `image` on another grid: trilinear between its voxels, after a Gaussian as wide (FWHM) as the voxels of `grid` where
/// those are the larger ones, so that nothing small is met by chance; 0 outside its voxels' centres. Unit, description
/// and times are kept.
Image resampled(const Image& image, const ImageGrid& grid, int num_threads = 0);

/// `image` on another grid: each voxel has the value of the one that its middle lies in, 0 where there is none. Labels
/// stay labels.
Image resampled_to_nearest(const Image& image, const ImageGrid& grid);

/// Part of the box of `image` that lies in the box of `other`, 0 ... 1.
double covered_part(const ImageGrid& image, const ImageGrid& other);

}  // namespace coincide::recon
