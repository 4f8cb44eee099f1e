#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "recon/scanner.h"

namespace coincide::recon {

/// Finds the crystal that a photon hits. A crystal is the flat rectangle through the middle of its box, at right angles
/// to its normal: lines between crystal centres are then unbiased, and the share of photons is that of
/// solid_angle_factor_mm2. A tree of boxes around the rectangles serves any arrangement of crystals.
class DetectorLookup {
 public:
  struct Hit {
    std::uint32_t crystal = 0;
    float distance_mm = 0;  ///< from where the photon started
  };

  /// Throws InputError if the scanner does not state the crystals' corners or a box is flat.
  explicit DetectorLookup(const Scanner& scanner);

  /// The first crystal on the way from `origin_mm` along the unit vector `direction`.
  std::optional<Hit> first_hit(const Vec3& origin_mm, const Vec3& direction) const;
  /// No crystal is nearer to the scanner's axis than this [mm].
  float inner_radius_mm() const { return inner_radius_mm_; }
  /// No crystal is farther from the scanner's middle than this, along the axis [mm].
  float half_length_mm() const { return half_length_mm_; }

 private:
  struct Patch {
    Vec3 centre_mm;
    Vec3 normal;
    std::array<Vec3, 2> edge_per_half_mm;  ///< edge direction / half its length: inside is -1 ... 1
    std::array<float, 2> half_edge_mm;
    std::uint32_t crystal;
  };
  struct Node {
    Vec3 low_mm;
    Vec3 high_mm;
    std::uint32_t first;  ///< leaf: first patch; else the second child (the first child is the next node)
    std::uint32_t count;  ///< patches of a leaf; 0: not a leaf
  };

  static Patch make_patch(const Scanner& scanner, std::uint32_t crystal);
  static Vec3 half_box_mm(const Patch& patch);
  void build(std::uint32_t first, std::uint32_t count);

  std::vector<Patch> patches_;
  std::vector<Node> nodes_;
  float inner_radius_mm_ = 0;
  float half_length_mm_ = 0;
};

}  // namespace coincide::recon
