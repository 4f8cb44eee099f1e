#pragma once

#include <optional>
#include <vector>

#include "recon/figures/figure_report.h"
#include "recon/figures/phantom_pose.h"
#include "recon/phantom.h"

namespace coincide::recon {

/// A phantom of hot or cold spheres in one axial plane of a warm body, as that of NEMA NU 2.
struct SpherePhantom {
  struct Sphere {
    std::array<double, 2> centre_mm{};
    double diameter_mm = 0;
    double ratio = 0;  ///< of its activity to that of the body
  };
  std::vector<Sphere> spheres;  ///< smallest first
  double plane_mm = 0;          ///< z of their centres
  Shape body;                   ///< a cylinder
  std::optional<Shape> insert;  ///< another one within it, colder: the lung
};

/// Throws InputError unless the phantom is one: a cylinder first, whose other shapes are spheres and at most one more
/// cylinder.
SpherePhantom sphere_phantom(const Phantom& phantom);

/// Finds the spheres: the pose at which they stand out most from their surroundings, begun at the centroid of the body
/// in each plane and each angle. Throws InputError if nothing stands out.
PhantomPose find_spheres(const SpherePhantom& phantom, const Image& image);

/// Contrast recovery of each sphere, variability of the background in circles of its size, residual error in the lung
/// insert, and the ratio of contrast to noise. Circles of the inner diameters at the known places; 60 background
/// circles for each size: 12 places in 5 planes, 10 mm apart. Source: NEMA NU 2-2018, section 7, by publications that
/// use it. Throws InputError if a region does not fit into the phantom or the image.
FigureReport image_quality(const SpherePhantom& phantom, const PhantomPose& pose, const Image& image);

}  // namespace coincide::recon
