#pragma once

#include "recon/figures/figure_report.h"
#include "recon/figures/phantom_pose.h"
#include "recon/phantom.h"

namespace coincide::recon {

/// A phantom of a warm cylinder with hot rods in a cold part and cold chambers at its other end, as that of NEMA NU 4.
struct RodPhantom {
  std::vector<Shape> rods;      ///< hot, along z
  std::vector<Shape> chambers;  ///< cold
  double uniform_mm = 0;        ///< z of the middle between the cold part and the chambers
};

/// Of a cylinder, one without activity on its axis, rods with activity and chambers without beside it. Throws
/// InputError for others.
RodPhantom rod_phantom(const Phantom& phantom);

/// Finds a phantom of any shapes: the pose at which the image is most like its activity (correlation at the points of a
/// raster over it and around it), begun at the centroid. Throws InputError if it is nowhere alike.
PhantomPose find_phantom(const Phantom& phantom, const Image& image);

/// Mean, extremes and deviation of the uniform part (22.5 mm wide, 10 mm long); recovery of the rods: in the mean of
/// their middle 10 mm, the highest pixel within a circle of twice the diameter, along z; spill-over into the chambers
/// (4 mm wide, 7.5 mm long); deviations of the last two with that of the uniform part. Source: NEMA NU 4-2008, section
/// 6, by publications that use it. Throws InputError where the image ends too early.
FigureReport small_animal_quality(const RodPhantom& phantom, const PhantomPose& pose, const Image& image);

}  // namespace coincide::recon
