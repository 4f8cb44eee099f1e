#pragma once

#include <cstdint>

#include "recon/compute_device.h"
#include "recon/image.h"
#include "recon/options.h"
#include "recon/photon_physics.h"
#include "recon/reporter.h"
#include "recon/scanner.h"
#include "recon/scatter/scatter_result.h"
#include "recon/scatter/scattered_data.h"

namespace coincide::recon {

struct ScatterOptions {
  EnergyWindow window;
  ScatterScaling scaling = ScatterScaling::automatic;
  int num_threads = 0;
};

/// LORs of the data that are taken at most, and passes over them that are made.
inline constexpr double scatter_sample_lors = 2e6;
inline constexpr int most_scatter_rounds = 3;
inline constexpr int scatter_sample_passes = 4;

/// Memory of the samples of so many LORs with data, and of LORs that can be measured. Measured with 6e6 events.
std::uint64_t scatter_sample_bytes(std::uint64_t num_lors);

/// Simulates single scatter and reconstructs with it in turn, on voxels of 8 mm (ScatterSampling) and with at most some
/// million LORs of the data, until the total changes by less than 1 %: three rounds at most. The first image, without
/// scatter, is too high and the second too low, so that their mean goes into the second simulation. What comes of it is
/// added to the data's b. Where the reporter asks to stop, the result is of no use.
ScatterResult add_scatter(ScatteredData& data, const Scanner& scanner, const ImageGrid& grid, const Image& attenuation,
                          const ScatterOptions& options, ComputeDevice& device, Reporter& reporter);

}  // namespace coincide::recon
