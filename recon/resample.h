#pragma once

#include <Eigen/Geometry>
#include <span>
#include <vector>

#include "recon/image.h"

namespace coincide::recon {

/// `image` on another grid: trilinear between its voxels, after a Gaussian as wide (FWHM) as the voxels of `grid` where
/// those are the larger ones, so that nothing small is met by chance; 0 outside its voxels' centres. Unit, description
/// and times are kept.
Image resampled(const Image& image, const ImageGrid& grid, int num_threads = 0);

/// From the voxels of a straight grid to their places in mm.
Eigen::Affine3d index_to_mm(const ImageGrid& grid);

enum class Interpolation { trilinear, nearest };

/// Values on `grid` of an image whose voxels (i, j, k) lie at `index_to_mm` in any direction (of its own grid only the
/// shape counts), as trilinear_value() has them, or of the voxel that a middle lies in; `outside` beyond its faces. For
/// voxels of like size: where those of `grid` are much larger, some of the image's count for nothing.
std::vector<float> resampled(const Image& image, const Eigen::Affine3d& index_to_mm, const ImageGrid& grid,
                             float outside, Interpolation interpolation = Interpolation::trilinear,
                             int num_threads = 0);

/// Which axis of an image, whose directions are the columns, is to be each of ours: the nearest ones together.
std::array<int, 3> nearest_axes(const Eigen::Matrix3d& directions);

/// A straight grid around all voxels that lie so, with voxels as large as theirs along the axes nearest to ours. Throws
/// InputError where their axes span no room, or that grid would have many times their voxels.
ImageGrid covering_grid(const std::array<std::int64_t, 3>& shape, const Eigen::Affine3d& index_to_mm);

/// `image` on another grid: each voxel has the value of the one that its middle lies in, 0 where there is none. Labels
/// stay labels.
Image resampled_to_nearest(const Image& image, const ImageGrid& grid);

/// Means over the boxes of another grid's voxels, exact: the integral of an image that the grid covers is kept. 0
/// outside the image. For grids of larger voxels; on finer ones the voxels of `image` show. Unit and description are
/// kept.
Image box_averaged(const Image& image, const ImageGrid& grid, int num_threads = 0);

/// A grid over all boxes with the voxels of `like`, in its raster; along axes where the voxels of all boxes are larger,
/// with the smallest of those.
ImageGrid grid_over(std::span<const ImageGrid> boxes, const ImageGrid& like);

/// Part of the box of `image` that lies in the box of `other`, 0 ... 1.
double covered_part(const ImageGrid& image, const ImageGrid& other);

}  // namespace coincide::recon
