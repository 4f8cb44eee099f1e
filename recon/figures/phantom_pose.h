#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "recon/image.h"

namespace coincide::recon {

/// How a phantom lies in an image: turned about z, mirrored in x before that or not, then shifted.
struct PhantomPose {
  std::array<double, 3> shift_mm{};
  double angle = 0;  ///< radians
  bool mirrored = false;

  std::array<double, 3> place(double x_mm, double y_mm, double z_mm) const;
  /// Voxel indices of a place, not whole.
  std::array<double, 3> voxel(const ImageGrid& grid, const std::array<double, 3>& place_mm) const;
  /// "The phantom lies 0.4, 1.0, -0.2 mm from its place, turned by 0.4 degrees."
  std::string sentence() const;
};

/// The pose of the largest score: begun with a point of the phantom's axis at the centroid of the image's matter in x
/// and y, at each of `start_z_mm`, in all angles, as it is and mirrored; then by steps down to 0.05 mm, of which those
/// about z count on a circle of `radius_mm`.
PhantomPose best_pose(const Image& image, const std::array<double, 3>& axis_mm, std::span<const double> start_z_mm,
                      double radius_mm, const std::function<double(const PhantomPose&)>& score);

/// Middle of all voxels above half of what most of the object has. Throws InputError for an image without activity.
std::array<double, 3> centroid_mm(const Image& image);

/// z of all planes.
std::vector<double> planes_mm(const ImageGrid& grid);

}  // namespace coincide::recon
