#pragma once

#include <Eigen/Geometry>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "recon/image.h"
#include "recon/scatter/scatter_points.h"
#include "recon/scatter/virtual_cylinder.h"

namespace coincide::recon {

/// Activity and attenuation, side by side, between the voxels of one grid as trilinear_value() has them: for many
/// places that need no more than float.
class Matter {
 public:
  struct Values {
    float activity, mu;
  };

  /// Throws std::invalid_argument for images on different grids.
  Matter(const Image& activity, const Image& attenuation);

  /// Places count voxels of a copy that has one more on each side.
  Eigen::Vector3f place(const Eigen::Vector3d& mm) const { return way(mm - first_mm_); }
  Eigen::Vector3f way(const Eigen::Vector3d& mm) const { return mm.cwiseQuotient(voxel_mm_).cast<float>(); }
  /// At a place in filled().
  Values at(const Eigen::Vector3f& place) const;
  /// Beyond it there is nothing; in mm.
  const Eigen::AlignedBox3d& filled() const { return filled_; }

 private:
  Eigen::Vector3d first_mm_;
  Eigen::Vector3d voxel_mm_;
  std::array<std::int32_t, 3> last_{};  ///< of the voxels that have a next one
  std::int64_t row_ = 0, plane_ = 0;
  std::vector<Values> values_;
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
  const std::vector<Eigen::Vector3d>& node_mm() const { return node_mm_; }
  /// Of nodes: unit vectors towards the axis.
  const std::vector<Eigen::Vector3d>& normal() const { return normal_; }

 private:
  /// Where something is on the way.
  struct Way {
    double from_mm, to_mm;
  };

  void look(const Eigen::Vector3d& from_mm, std::size_t node, std::size_t sight, Sights& sights) const;
  Way filled_way(const Eigen::Vector3d& from_mm, const Eigen::Vector3d& direction, double length_mm) const;

  Matter matter_;
  std::vector<Eigen::Vector3d> node_mm_;
  std::vector<Eigen::Vector3d> normal_;
  double step_mm_;
  int num_threads_;
};

}  // namespace coincide::recon
