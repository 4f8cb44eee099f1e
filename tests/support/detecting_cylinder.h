#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "recon/phantom.h"
#include "recon/photon_physics.h"
#include "recon/photon_transport/photon_flight.h"

namespace coincide::tests {

using Place = std::array<double, 3>;

/// A cylinder around the z axis that stops every photon which comes from within.
struct DetectingCylinder {
  double radius_mm = 372.05;
  double half_length_mm = 100;
  recon::EnergyWindow window{425, 650, 0.094};

  struct Hit {
    Place place_mm;
    double probability;  ///< that its energy is measured within the window
    double way_mm;       ///< since the decay
  };
  /// Where a photon arrives that meets no more matter; none beyond the ends.
  std::optional<Hit> hit(const recon::Photon& photon) const;
};

/// Both photons of a decay.
struct DetectedPair {
  DetectingCylinder::Hit a;
  DetectingCylinder::Hit b;
  int scatters;  ///< of both together
};

/// Calls visit(batch, pair) for the coincidences of `batches` times `decays_per_batch`, on all cores; those of one
/// batch come one after another.
inline constexpr std::uint32_t decays_per_batch = 10000;
void detect_pairs(const recon::Phantom& phantom, const DetectingCylinder& detector, std::uint32_t batches,
                  const std::function<void(std::uint32_t, const DetectedPair&)>& visit);

/// Coincidences per decay, by the distance of their LORs from the axis and by TOF bin.
struct ScatterProfile {
  static constexpr double distance_step_mm = 20;
  static constexpr std::size_t num_distances = 16;
  static constexpr float bin_width_mm = 40;
  static constexpr float sigma_mm = 25;
  static constexpr std::size_t num_bins = 15;

  std::array<double, num_distances> by_distance{};
  std::array<double, num_bins>
      by_bin{};  ///< along LORs from the end of less x to the other, the middle bin in the middle
  double total = 0;

  static float bin_centre_mm(std::size_t bin) {
    return (static_cast<float>(bin) - 0.5F * static_cast<float>(num_bins - 1)) * bin_width_mm;
  }
  void operator+=(const ScatterProfile& other);
};

/// Of photons that are followed one by one.
struct MonteCarloScatter {
  ScatterProfile once;  ///< of pairs with one scatter of either photon
  ScatterProfile all;   ///< with one or more
};
MonteCarloScatter monte_carlo_scatter(const recon::Phantom& phantom, const DetectingCylinder& detector,
                                      std::uint32_t batches);

/// Of the single scatter simulation, as it is used, from images of the phantom.
ScatterProfile simulated_single_scatter(const recon::Phantom& phantom, const DetectingCylinder& detector);

}  // namespace coincide::tests
