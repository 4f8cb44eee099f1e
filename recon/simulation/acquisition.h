#pragma once

#include <cstdint>
#include <vector>

#include "recon/events.h"
#include "recon/simulation/pair_sampler.h"
#include "recon/simulation/simulation.h"

namespace coincide::recon {

/// What random numbers are for; keeps the streams of one seed apart.
enum class Purpose : std::uint32_t { moments, decays, randoms, pilot, singles };

inline RandomStream random_stream(std::uint64_t seed, Purpose purpose, std::uint32_t batch, std::uint32_t number = 0) {
  return {seed, static_cast<std::uint32_t>(purpose), batch, number};
}

/// A simulated acquisition as a row of time intervals, each of which can be simulated by itself.
class Acquisition {
 public:
  /// Estimates the rate of randoms and the modules' singles, as far as the options ask for them. Keeps references to
  /// all but the options.
  Acquisition(PairSampler& sampler, const Scanner& scanner, const Efficiencies& efficiencies,
              const SimulationOptions& options, int num_threads, StopFlag& stop);

  std::uint64_t num_intervals() const;
  TimeInterval interval(std::uint64_t index) const;
  /// With the parts of the time that modules are alive, where they change. Of no use once the stop flag is up.
  EventBlock simulate_interval(std::uint64_t index) const;

 private:
  template <class Work>
  void for_each_moment(double mean, RandomStream& moments, const Work& work) const;
  double mean_activity(TimeInterval time) const;
  double part_alive(std::uint32_t module, double activity) const { return 1 / (1 + dead_at_start_[module] * activity); }
  bool is_alive(const Coincidence& pair, double activity, RandomStream& random) const;
  AliveFractions alive_from(std::uint32_t start_ms, double activity) const;
  SinglesCounts singles_of_second(std::uint32_t start_ms) const;

  const PairSampler& sampler_;
  const Scanner& scanner_;
  StopFlag& stop_;
  std::uint64_t seed_;
  double decay_per_s_;
  std::uint32_t stop_ms_;
  double randoms_per_s_ = 0;
  std::vector<double> singles_per_s_;  ///< by crystal, at the start, that make the randoms; empty: not told
  std::vector<double> dead_at_start_;  ///< by module: singles rate times dead time; empty without dead time
};

}  // namespace coincide::recon
