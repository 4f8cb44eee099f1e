#pragma once

#include <cstdint>

#include "recon/image.h"
#include "recon/scanner.h"

namespace coincide::recon {

/// What one simulation of single scatter needs.
struct ScatterCost {
  double seconds = 0;
  std::uint64_t bytes = 0;
};

/// Estimated from a short timed run for few detectors. `attenuation` [1/cm] on any grid.
ScatterCost scatter_cost(const Scanner& scanner, const Image& attenuation, bool tof, int num_threads);

}  // namespace coincide::recon
