#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "projectors/geometry.h"
#include "recon/scatter/kernels/pairs.h"
#include "recon/scatter/tof_positions.h"
#include "recon/scatter/virtual_cylinder.h"

namespace coincide::recon {

/// Scattered coincidences between the nodes of a cylinder, and by interpolation on any LOR and in any TOF bin of it: q,
/// by which m of the LOR, without attenuation, has to be multiplied to have their expected number.
class ScatterEstimate {
 public:
  /// Pairs a < b of nodes.
  static std::size_t num_pairs(std::uint32_t nodes) { return static_cast<std::size_t>(kernels::num_pairs(nodes)); }
  static std::size_t first_pair(std::uint32_t a, std::uint32_t nodes) {
    return static_cast<std::size_t>(kernels::first_pair(a, nodes));
  }

  /// Nothing scatters.
  explicit ScatterEstimate(VirtualCylinder cylinder);
  /// From q of pairs, [pair][position]; photons of a position p come from p +- half a step, on average. One resolution
  /// or more [mm]; none: without TOF, one position.
  ScatterEstimate(VirtualCylinder cylinder, const TofPositions& positions, std::span<const float> of_pairs,
                  std::vector<float> sigmas_mm, int num_threads);

  /// From the running sums that another one gave.
  ScatterEstimate(VirtualCylinder cylinder, const TofPositions& positions, std::vector<float> sigmas_mm,
                  std::vector<float> sums);

  /// Of all TOF bins together.
  double of_lor(const float* start_mm, const float* end_mm) const;
  /// `bin.sigma_mm` is one of those that the estimate was made for.
  double of_bin(const float* start_mm, const float* end_mm, const projectors::TofBin& bin) const;

  const VirtualCylinder& cylinder() const { return cylinder_; }
  const TofPositions& positions() const { return positions_; }
  const std::vector<float>& sigmas_mm() const { return sigmas_mm_; }
  /// [sigma][pair][position]: q of all that is measured below; or [pair] without TOF.
  const std::vector<float>& sums() const { return sums_; }
  bool is_zero() const { return sums_.empty(); }

 private:
  std::span<const float> table(float sigma_mm) const;
  double between(const VirtualCylinder::Crossing& crossing, std::span<const float> table, double low_mm,
                 double high_mm) const;

  VirtualCylinder cylinder_;
  TofPositions positions_;
  std::vector<float> sigmas_mm_;
  std::size_t num_pairs_ = 0;
  std::vector<float> sums_;
};

}  // namespace coincide::recon
