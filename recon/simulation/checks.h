#pragma once

#include "recon/simulation/simulation.h"

namespace coincide::recon {

/// Throws InputError for what simulate() refuses, but for what following photons needs of the scanner.
void check_simulation(const Scanner& scanner, const Efficiencies& efficiencies, const Phantom& phantom,
                      const SimulationOptions& options);

}  // namespace coincide::recon
