#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <vector>

#include "recon/detector_lookup.h"
#include "recon/efficiencies.h"
#include "recon/phantom.h"
#include "recon/scanner.h"
#include "recon/stop_flag.h"

namespace coincide::recon {

/// The random numbers of one batch of a simulation: batches have their own, so that they may run in any order.
class RandomNumbers {
 public:
  RandomNumbers(std::uint64_t seed, std::uint32_t purpose, std::uint64_t batch);
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }  ///< 0 <= x < 1
  double normal() { return normal_(engine_); }                                 ///< mean 0, variance 1
  std::uint64_t poisson(double mean);
  /// An index with probability proportional to the steps of the ascending sums.
  std::size_t pick(std::span<const double> sums);

 private:
  std::mt19937_64 engine_;
  std::normal_distribution<double> normal_;
};

struct Coincidence {
  std::uint32_t crystal_a = 0;
  std::uint32_t crystal_b = 0;
  std::uint16_t tof_bin = 0;
};

/// Draws the coincidences that a scanner records of a phantom at its centre. Keeps references to its arguments.
class PairSampler {
 public:
  PairSampler(const Scanner& scanner, const Efficiencies& efficiencies, const Phantom& phantom, bool attenuation);

  /// Candidates are the decays that might be recorded: directions that no pair of crystals can see, and the share that
  /// even the best pair of crystals misses, are left out beforehand.
  double candidates_per_s() const { return candidates_per_s_; }
  /// Follows one decay among the candidates; empty if it is not recorded.
  std::optional<Coincidence> follow_candidate(RandomNumbers& random) const;

  /// Estimates the crystals' singles rates, which draw_random() needs: photons from `points` decays, each weakened on
  /// its own path, onto every crystal.
  void estimate_singles(RandomNumbers& random, int points, int num_threads, StopFlag& stop);
  /// Two photons of different decays: crystals drawn by their singles, any time difference that the bins hold.
  Coincidence draw_random(RandomNumbers& random) const;

 private:
  bool may_hit(const Vec3& point_mm, const Vec3& direction) const;
  std::optional<Vec3> draw_point(RandomNumbers& random) const;
  double singles_of(std::uint32_t crystal, std::span<const Vec3> points_mm) const;
  bool put_in_order(Coincidence& pair) const;
  const TofRange& tof_range(const Coincidence& pair) const;
  std::optional<std::uint16_t> measure_tof(const Coincidence& pair, const Vec3& point_mm, RandomNumbers& random) const;

  const Scanner& scanner_;
  const Efficiencies& efficiencies_;
  const Phantom& phantom_;
  bool attenuation_;
  DetectorLookup lookup_;
  Vec3 centre_mm_;
  double phantom_reach_mm_ = 0;     ///< farther than any two points of the phantom are apart
  std::vector<double> shape_sums_;  ///< of activity, shapes in order [Bq]
  std::vector<float> detection_;    ///< by crystal: its efficiency over that of the best
  double highest_cosine_ = 1;       ///< between the scanner's axis and a direction that can be recorded
  double candidates_per_s_ = 0;
  std::vector<double> singles_sums_;  ///< crystals in order; empty before estimate_singles
};

}  // namespace coincide::recon
