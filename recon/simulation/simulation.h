#pragma once

#include <cstdint>

#include "recon/events.h"
#include "recon/phantom.h"
#include "recon/reporter.h"

namespace coincide::recon {

struct SimulationOptions {
  double duration_s = 1;        ///< rounded to ms; 0.001 ... 4e6
  double randoms_fraction = 0;  ///< of the prompts, 0 ... 0.9
  bool attenuation = true;      ///< photons may be absorbed in the phantom
  bool scatter = false;         ///< they may be scattered instead; needs attenuation
  double half_life_s = 0;       ///< of the activity, which is that of the start; 0: it does not decay
  double dead_time_us = 0;      ///< of a module after each photon that it detects, not prolonged by others
  bool singles = false;         ///< counts of them for each second, as many as belong to the randoms
  std::uint64_t seed = 1;
  int num_threads = 0;

  /// In which the activity of the start would decay as often as what is left of it does in `duration_s`.
  double duration_before_decay_s() const;
};

/// What a simulation will give, and how long it will take, per second of the acquisition before anything has decayed.
struct SimulationRate {
  double prompts_per_s = 0;
  double seconds_per_s = 0;
};

/// From following some ten thousand decays. Throws as simulate() does; all 0 if the reporter asks to stop.
SimulationRate simulation_rate(const Scanner& scanner, const Efficiencies& efficiencies, const Phantom& phantom,
                               const SimulationOptions& options, Reporter& reporter);

/// Listmode data of a phantom in the middle of a scanner, by Monte Carlo and without the projectors: decays drawn in
/// the phantom, both photons followed through it, to the rectangles through the crystals' middles, detected with the
/// crystals' efficiencies, TOF blurred and binned, randoms and delayeds of the same expectation (independent draws;
/// crystals by their singles rates, time differences even). With scatter, photons turn as Klein and Nishina say, any
/// number of times, and are detected as the energy window lets them. With dead time, a module is alive 1 / (1 + singles
/// rate * dead time) of the time, which the sink is told in AliveFractions with the events. Singles are those of
/// detectors that are always alive. It gets intervals of 10 ms, events with their origin. Results depend on the seed
/// only, not on the number of threads. If the reporter asks to stop, what was simulated is kept and a warning in the
/// counts says so. Throws InputError for impossible options, a phantom without activity or wider than the bore, and a
/// scanner that cannot be followed: crystals without corners, several energy windows, efficiencies that hold the solid
/// angle, scatter without known limits of the energy window.
EventCounts simulate(const Scanner& scanner, const Efficiencies& efficiencies, const Phantom& phantom,
                     const SimulationOptions& options, EventSink& sink, Reporter& reporter);

}  // namespace coincide::recon
