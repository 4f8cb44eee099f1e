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
  std::uint64_t seed = 1;
  int num_threads = 0;
};

/// What a simulation will give, and how long it will take, per second of the acquisition.
struct SimulationRate {
  double prompts_per_s = 0;
  double seconds_per_s = 0;
};

/// From following some ten thousand decays. Throws as simulate() does; all 0 if the reporter asks to stop.
SimulationRate simulation_rate(const Scanner& scanner, const Efficiencies& efficiencies, const Phantom& phantom,
                               const SimulationOptions& options, Reporter& reporter);

/// Listmode data of a phantom in the middle of a scanner, by Monte Carlo and without the projectors: decays drawn in
/// the shapes, photon pairs followed on straight lines to the rectangles through the crystals' middles, detected with
/// the crystals' efficiencies, TOF blurred and binned, attenuation along the line, randoms and delayeds of the same
/// expectation (independent draws; crystals by their singles rates, time differences even). No scatter, no dead time.
/// The sink gets intervals of 10 ms. Results depend on the seed only, not on the number of threads. If the reporter
/// asks to stop, what was simulated is kept and a warning in the counts says so. Throws InputError for impossible
/// options, a phantom without activity or wider than the bore, and a scanner that cannot be followed: crystals without
/// corners, several energy windows, efficiencies that hold the solid angle.
EventCounts simulate(const Scanner& scanner, const Efficiencies& efficiencies, const Phantom& phantom,
                     const SimulationOptions& options, EventSink& sink, Reporter& reporter);

}  // namespace coincide::recon
