#pragma once

#include <Eigen/Geometry>
#include <cstdint>
#include <span>
#include <vector>

#include "recon/image.h"
#include "recon/scatter/scatter_points.h"
#include "recon/scatter/virtual_cylinder.h"

namespace coincide::recon {

/// What trilinear_value() says of an image, for many places that need no more than float.
class SmoothImage {
 public:
  explicit SmoothImage(const Image& image);

  /// Places count voxels of a copy that has one more on each side.
  Eigen::Vector3f place(const Eigen::Vector3d& mm) const;
  Eigen::Vector3f way(const Eigen::Vector3d& mm) const;
  float at(const Eigen::Vector3f& place) const;
  /// Around all voxels that are not 0, as far as values between voxels reach, in mm.
  const Eigen::AlignedBox3d& filled() const { return filled_; }

 private:
  Eigen::Vector3d first_mm_;
  Eigen::Vector3d voxel_mm_;
  Eigen::Vector3f last_;  ///< voxel of the image
  std::int64_t row_, plane_;
  std::vector<float> values_;
  Eigen::AlignedBox3d filled_;
};

/// How nodes look from some scatter points: [point][node].
struct Sights {
  std::vector<float> x, y, z;  ///< direction
  std::vector<float> distance_mm;
  std::vector<float> weight;        ///< cosine of the incidence over the distance squared [1/mm^2]
  std::vector<float> attenuation;   ///< integral of mu at 511 keV on the way
  std::vector<float> activity;      ///< integral of the activity
  std::vector<std::int32_t> steps;  ///< of the profile, up to the last that is not 0
  std::vector<float> profile;       ///< [point][node][step]: integral of the activity in each step of `step_mm`
  std::int32_t most_steps = 0;

  const float* profile_of(std::size_t sight) const {
    return profile.data() + sight * static_cast<std::size_t>(most_steps);
  }
};

/// Looks from scatter points along the ways to the nodes of a cylinder.
class Lookout {
 public:
  Lookout(const Image& activity, const Image& attenuation, const VirtualCylinder& cylinder, double step_mm,
          int num_threads);

  void look_from(std::span<const ScatterPoint> points, Sights& sights) const;

 private:
  void look(const Eigen::Vector3d& from_mm, std::size_t node, std::size_t sight, Sights& sights) const;
  double way_out_mm(const Eigen::Vector3d& from_mm, const Eigen::Vector3d& direction) const;

  SmoothImage activity_;
  SmoothImage attenuation_;
  Eigen::AlignedBox3d filled_;  ///< beyond it neither image has anything
  std::vector<Eigen::Vector3d> node_mm_;
  std::vector<Eigen::Vector3d> normal_;
  double step_mm_;
  int num_threads_;
};

}  // namespace coincide::recon
