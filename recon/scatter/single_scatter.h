#pragma once

#include <vector>

#include "projectors/device.h"
#include "recon/communicator.h"
#include "recon/image.h"
#include "recon/photon_physics.h"
#include "recon/reporter.h"
#include "recon/scatter/scatter_estimate.h"
#include "recon/scatter/scatter_points.h"
#include "recon/scatter/virtual_cylinder.h"

namespace coincide::recon {

struct SingleScatterOptions {
  EnergyWindow window;           ///< of both photons
  std::vector<float> sigmas_mm;  ///< resolutions of the TOF bins that will be asked for; none: without TOF
  int num_threads = 0;
  projectors::Device device{};         ///< where the sums over the scatter points are made
  Communicator* ranks = &no_others();  ///< each of them takes its share of the scatter points
};

/// Coincidences of which one photon has scattered once by the Compton effect, between the nodes of a cylinder, as the
/// line integral that would give as many unscattered ones: in the unit of `activity` times mm, so that m of a LOR,
/// without attenuation, makes counts of it. `attenuation` in 1/cm at 511 keV; both on one grid in scanner axes.
/// Integral over the scatter points: Watson, Newport and Casey 1996; absolute, with 1 / (2 pi) in m; with TOF: Watson,
/// IEEE Trans. Nucl. Sci. 54(5), 2007. The same bits for any number of threads. Where the reporter asks to stop, what
/// it returns is of no use. Throws DeviceError.
ScatterEstimate single_scatter(const Image& activity, const Image& attenuation, const std::vector<ScatterPoint>& points,
                               const VirtualCylinder& cylinder, const SingleScatterOptions& options,
                               Reporter& reporter);

/// Memory that it takes on a GPU.
std::uint64_t single_scatter_gpu_bytes(const ImageGrid& grid, const std::vector<ScatterPoint>& points,
                                       const VirtualCylinder& cylinder, const std::vector<float>& sigmas_mm);

}  // namespace coincide::recon
