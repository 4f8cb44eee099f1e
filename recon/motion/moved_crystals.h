#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "recon/scanner.h"

namespace coincide::recon {

/// The crystals as they stand to a body that moves, in the few poses that it stood in.
class MovedCrystals {
 public:
  /// `points_mm`: points_at_reference(); `weights`: share of the decays by pose; `randoms`: share of the randoms over
  /// that of the decays, by pose; empty: 1. Throws InputError if there is not one of each per pose, or no weight above
  /// 0.
  MovedCrystals(std::vector<Vec3> points_mm, std::span<const double> weights, std::vector<double> randoms = {});

  std::span<const Vec3> points_mm() const { return points_mm_; }  ///< [pose][crystal]
  std::uint32_t num_crystals() const { return static_cast<std::uint32_t>(points_mm_.size() / shares_.size()); }
  std::uint32_t num_poses() const { return static_cast<std::uint32_t>(shares_.size()); }
  /// By pose, the sum of the weights up to it; the last is 1.
  const std::vector<double>& shares() const { return shares_; }
  /// What the randoms of an event with this point are, over those of the frame's mean.
  double randoms_at(std::uint32_t point) const { return randoms_.empty() ? 1 : randoms_[point / num_crystals()]; }
  /// The pose at a place from 0 to 1: of many even places each pose has as many as its weight says.
  std::uint32_t pose_at(double place) const;

 private:
  std::vector<Vec3> points_mm_;
  std::vector<double> shares_;
  std::vector<double> randoms_;
};

}  // namespace coincide::recon
