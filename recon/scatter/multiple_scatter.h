#pragma once

#include "recon/communicator.h"
#include "recon/image.h"
#include "recon/photon_physics.h"
#include "recon/reporter.h"
#include "recon/scatter/virtual_cylinder.h"

namespace coincide::recon {

/// All scattered coincidences over those that were scattered once: of photons that are followed from `activity` through
/// `attenuation` (1/cm; any grids, scanner axes) to the cylinder, which stops them, until it is known to 0.4 % or 2e6
/// decays are done. 1 where nothing scatters. The same bits for any number of threads and processes. Where the reporter
/// asks to stop, what it returns is of no use.
double multiple_scatter_factor(Image activity, Image attenuation, const VirtualCylinder& cylinder,
                               const EnergyWindow& window, int num_threads, const Reporter& reporter,
                               Communicator& ranks = no_others());

}  // namespace coincide::recon
