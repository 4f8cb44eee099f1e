#pragma once

#include <Eigen/Core>
#include <array>
#include <cstdint>

#include "recon/scanner.h"

namespace coincide::recon {

/// Detectors on a cylinder in front of a scanner's crystals, where smooth functions of LORs are sampled: rings of
/// nodes, all looking at the axis. Node `ring * per_ring + k` stands at the angle 2 pi k / per_ring.
class VirtualCylinder {
 public:
  struct Size {
    double radius_mm = 0;
    double half_length_mm = 0;  ///< from the middle of the first ring to that of the last, halved
    std::int32_t per_ring = 64;
    std::int32_t rings = 1;

    /// With as many rings as ScatterSampling asks for, and 64 nodes in each: linear interpolation of scatter between
    /// them errs by 2 % rms.
    static Size of(double radius_mm, double half_length_mm);
  };
  /// A place between nodes, linear in each direction: four of them with their weights, which sum to 1.
  struct Place {
    std::array<std::uint32_t, 4> node;
    std::array<float, 4> weight;
  };
  /// Where a LOR passes the cylinder.
  struct Crossing {
    Place start;
    Place end;
    double shift_mm;  ///< of the middle between the two places from the LOR's own, towards its end
  };

  /// `axis` has length 1. Angles count from `zero`, which is turned perpendicular to the axis.
  VirtualCylinder(const Eigen::Vector3d& middle_mm, const Eigen::Vector3d& axis, const Eigen::Vector3d& zero,
                  const Size& size);
  /// In the scanner's bore.
  static VirtualCylinder in_bore(const Scanner& scanner);

  std::uint32_t num_nodes() const { return static_cast<std::uint32_t>(size_.per_ring * size_.rings); }
  const Size& size() const { return size_; }
  const Eigen::Vector3d& middle_mm() const { return middle_mm_; }
  const Eigen::Vector3d& axis() const { return axes_[2]; }
  const Eigen::Vector3d& zero() const { return axes_[0]; }
  /// The same nodes within a tenth of a millimetre.
  bool is_like(const VirtualCylinder& other) const;
  Eigen::Vector3d node_mm(std::uint32_t node) const;
  /// Unit vector towards the axis.
  Eigen::Vector3d normal(std::uint32_t node) const;
  /// LORs that pass beside the cylinder meet it where they are nearest to its axis; beyond its ends the last ring
  /// counts.
  Crossing cross(const float* start_mm, const float* end_mm) const;
  /// Of a LOR's middle, along the axis from the middle of the cylinder.
  double axial_middle_mm(const float* start_mm, const float* end_mm) const;

 private:
  Place place(const Eigen::Vector3d& at) const;
  double angle_of(std::uint32_t node) const;

  Eigen::Vector3d middle_mm_;
  std::array<Eigen::Vector3d, 3> axes_;  ///< zero, a quarter turn on, along the axis
  Size size_;
};

}  // namespace coincide::recon
