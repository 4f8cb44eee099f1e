#pragma once

#include <array>
#include <vector>

#include "recon/scanner.h"

namespace coincide::recon {

/// Where LORs pass: in front of the crystals, and between the outermost of them. From the crystals' places and normals
/// alone, so that rings about any axis, panels and parts of rings are all the same to it.
class FieldOfView {
 public:
  /// A plane through the nearest of the crystals that look in the same direction.
  struct Front {
    std::array<double, 3> normal;  ///< of its crystals
    double distance_mm;            ///< of the middle, along the normal; > 0
  };
  /// How far the field reaches from the middle along a direction, in two parts: to where crystals stand in the way, as
  /// across a ring, and to where there are none any more, as along its axis.
  struct Reach {
    float to_crystals_mm = 0;
    float to_ends_mm = 0;
    float ends = 0;  ///< part of the direction that has ends and no crystals: 0 across a ring, 1 along its axis
  };

  /// Keeps a reference to the scanner.
  explicit FieldOfView(const Scanner& scanner);
  explicit FieldOfView(const Scanner&&) = delete;

  /// Middle of the crystals along each axis [mm].
  const Vec3& middle_mm() const { return middle_mm_; }
  const std::vector<Front>& fronts() const { return fronts_; }
  /// Distance of the middle from the nearest crystals that stand in the way [mm]: the radius of a ring's bore.
  float bore_radius_mm() const { return bore_radius_mm_; }
  /// Of the largest room without crystals of its shape: the circle of a ring, the ellipse between four panels.
  Reach reach_mm(const Vec3& unit_direction) const;
  /// A unit vector along which there are ends: the axis of a ring; of panels the one nearest to z, y or x, in this
  /// order. z where crystals are all around.
  Vec3 axis() const;
  /// LORs between crystals that face each other do not pass behind any of them.
  bool is_behind_crystals(const Vec3& place_mm) const;
  /// In front of all crystals, and in the box around them.
  bool contains(const Vec3& place_mm) const;

 private:
  using Matrix = std::array<std::array<double, 3>, 3>;

  double distance_mm(std::uint32_t crystal) const;
  void find_fronts();
  void find_bore();
  float half_extent_mm(const std::array<double, 3>& along) const;

  const Scanner& scanner_;
  Vec3 middle_mm_;
  Vec3 half_extent_mm_;
  float bore_radius_mm_ = 0;
  std::vector<Front> fronts_;
  Matrix bore_mm2_{};  ///< e . M e is the square of the reach along e to crystals that stand in the way
  Matrix inside_{};    ///< u . M u < 1: in front of all crystals, u from the middle
  Matrix ends_{};      ///< projects on the directions without crystals in the way
};

}  // namespace coincide::recon
