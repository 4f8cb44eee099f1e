#pragma once

#include <cstdint>

#include "recon/events.h"
#include "recon/phantom.h"
#include "recon/reporter.h"

namespace coincide::recon {

struct SimulationOptions {
  double duration_s = 1;
  double randoms_fraction = 0;  ///< of the prompts, 0 ... 0.9
  bool attenuation = true;      ///< photons may be absorbed in the phantom
  std::uint64_t seed = 1;
  int num_threads = 0;
};

/// Listmode data of a phantom in a scanner, by Monte Carlo and without the projectors: decays drawn in the shapes,
/// photon pairs followed on straight lines through the crystals' centre faces, detected with the crystals' efficiencies,
/// TOF blurred and binned, attenuation along the line, randoms and delayeds of the same expectation. Results depend on the
/// seed only, not on the number of threads. Randoms come as delayeds too (an independent draw).
/// Throws InputError for impossible options or a scanner that the simulation cannot follow.
EventCounts simulate(const Scanner& scanner, const Efficiencies& efficiencies, const Phantom& phantom,
                     const SimulationOptions& options, EventSink& sink, Reporter& reporter);

}  // namespace coincide::recon
