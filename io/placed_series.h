#pragma once

#include <Eigen/Geometry>
#include <string>
#include <vector>

#include "io/read_series.h"
#include "recon/data/image_series.h"

namespace coincide::io {

/// Images as a file holds them, before they are brought into our order.
struct PlacedSeries {
  recon::ImageSeries series;  ///< values [i, j, k] along the file's axes, k fastest; of its grid only the shape counts
  Eigen::Affine3d index_to_mm = Eigen::Affine3d::Identity();  ///< place of voxel (i, j, k) in LPS mm, scanner axes
  std::string orientation;                                    ///< where it comes from: "sform", "head first supine" ...
  float outside = 0;                                          ///< what lies around the image: 0; -1000 in HU
  std::vector<std::string> warnings;                          ///< sentences: what the file does not say, or says twice
};

/// On a straight grid in our order and direction. Axes that are permuted and flipped are put in order, whose values
/// keep their bits; others are resampled (trilinear) to a grid around all voxels, and a warning says so. `name` is the
/// file in sentences. Throws FileError for voxels that are not possible and axes that span no room.
ReadSeries straightened(PlacedSeries placed, const std::string& name);

}  // namespace coincide::io
