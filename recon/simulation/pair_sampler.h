#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "recon/efficiencies.h"
#include "recon/events.h"
#include "recon/phantom.h"
#include "recon/photon_physics.h"
#include "recon/photon_transport/decay_source.h"
#include "recon/photon_transport/photon_flight.h"
#include "recon/scanner.h"
#include "recon/simulation/detector_lookup.h"
#include "recon/stop_flag.h"

namespace coincide::recon {

struct Coincidence {
  std::uint32_t crystal_a = 0;
  std::uint32_t crystal_b = 0;
  std::uint16_t tof_bin = 0;
  EventOrigin origin = EventOrigin::unknown;
};

/// Draws the coincidences that a scanner records of a phantom at its centre. Keeps references to its arguments.
class PairSampler {
 public:
  PairSampler(const Scanner& scanner, const Efficiencies& efficiencies, const Phantom& phantom,
              Interactions interactions);
  PairSampler(const Scanner&&, const Efficiencies&, const Phantom&, Interactions) = delete;
  PairSampler(const Scanner&, const Efficiencies&&, const Phantom&, Interactions) = delete;
  PairSampler(const Scanner&, const Efficiencies&, const Phantom&&, Interactions) = delete;

  /// Candidates are the decays that might be recorded. The share that even the best pair of crystals misses is left out
  /// beforehand, and so are, without scatter, directions that no pair can see.
  double candidates_per_s() const { return candidates_per_s_; }
  /// Follows one decay among the candidates; empty if it is not recorded.
  std::optional<Coincidence> follow_candidate(RandomStream& random) const;

  /// Estimates the crystals' singles rates, which draw_random() needs: what `decays` decays, and the collisions of
  /// their photons, send to every crystal, each weakened on its own path.
  void estimate_singles(RandomStream& random, int decays, int num_threads, StopFlag& stop);
  /// Photons that the crystal detects with the activity of the start; after estimate_singles().
  double singles_per_s(std::uint32_t crystal) const { return singles_per_s_[crystal]; }
  /// Two photons of different decays: crystals drawn by their singles, any time difference that the bins hold.
  Coincidence draw_random(RandomStream& random) const;

 private:
  struct Detection {
    std::uint32_t crystal = 0;
    double probability = 0;  ///< relative to what is left out beforehand
    double way_mm = 0;       ///< from the decay
  };
  /// Where photons start for every crystal: a decay, or a collision that a photon of some direction and energy has.
  struct Emission {
    Photon photon;
    bool of_decay = true;
  };

  bool may_reach(const Vec3& point_mm, const Vec3& direction) const;
  double part_detected(const Photon& photon, std::uint32_t crystal) const;
  std::optional<Detection> detect(Photon& photon, double chance, RandomStream& random) const;
  double visible_activity_bq(RandomStream& random) const;
  std::vector<Emission> draw_emissions(RandomStream& random, int decays) const;
  double singles_of(std::uint32_t crystal, std::span<const Emission> emissions) const;
  double sent_per_sr(const Emission& emission, const Vec3& direction, Photon& sent) const;
  bool put_in_order(Coincidence& pair) const;
  const TofRange& tof_range(const Coincidence& pair) const;
  std::optional<std::uint16_t> measure_tof(const Coincidence& pair, double towards_b_mm, RandomStream& random) const;

  const Scanner& scanner_;
  const Efficiencies& efficiencies_;
  const Phantom& phantom_;
  Interactions interactions_;
  DetectorLookup lookup_;
  DecaySource source_;
  Vec3 centre_mm_;
  std::vector<EnergyWindow> windows_;  ///< by module type; used with scatter
  PhotonFlight flight_;
  double most_in_window_ = 1;     ///< part of the photons of any energy that a window takes over that of 511 keV
  std::vector<float> detection_;  ///< by crystal: its efficiency over that of the best
  double highest_cosine_ = 1;     ///< between the scanner's axis and a direction that can be recorded
  double candidates_per_s_ = 0;
  double most_detected_ = 1;           ///< of the photons onto a crystal; probabilities are relative to it
  std::vector<double> singles_per_s_;  ///< by crystal; empty before estimate_singles
  WeightedChoice singles_;             ///< among crystals; the same
};

/// What an energy window of a module type takes, with the usual resolution if it states none. Throws InputError if the
/// limits are not known.
EnergyWindow energy_window(const ModuleType& type);

}  // namespace coincide::recon
