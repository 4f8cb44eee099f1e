#pragma once

#include <cstdint>

#include "projectors/device.h"
#include "recon/image.h"
#include "recon/scanner.h"

namespace coincide::recon {

/// What one simulation of single scatter needs.
struct ScatterCost {
  double seconds = 0;
  std::uint64_t bytes = 0;
  std::uint64_t gpu_bytes = 0;  ///< of the card; 0 on the CPU
};

/// Estimated from a short timed run for few detectors on the device. `attenuation` [1/cm] on any grid.
ScatterCost scatter_cost(const Scanner& scanner, const Image& attenuation, bool tof, projectors::Device device,
                         int num_threads);

}  // namespace coincide::recon
