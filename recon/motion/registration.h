#pragma once

#include <Eigen/Geometry>
#include <string>

#include "recon/image.h"
#include "recon/motion/pose.h"

namespace coincide::recon {

/// How an image is brought to its place in the scanner: turned about its own middle, first about x, then about y, then
/// about z, each to the right as seen along that axis of the scanner, and then shifted along them.
struct Registration {
  Point shift_mm{};
  Point turn_degrees{};
  bool operator==(const Registration&) const = default;
};

/// From where the image's file says that a point is, to where it is in the scanner.
Pose pose_of(const Registration& registration, const Point& middle_mm);

Eigen::Affine3d affine_of(const Pose& pose);

/// Of the box of all voxels.
Point middle_of(const ImageGrid& grid);

/// The image in its place. A shift alone moves the grid and keeps all values; with a turn it is resampled to a straight
/// grid around it with voxels as large, `outside` beyond its faces. Throws InputError where that grid has no end.
Image registered(const Image& image, const Registration& registration, float outside, int num_threads = 0);

/// "turned by (0, 0, 5) degrees about x, y and z, then moved by (10, 0, 0) mm"; empty where nothing is done.
std::string sentence_of(const Registration& registration);

}  // namespace coincide::recon
