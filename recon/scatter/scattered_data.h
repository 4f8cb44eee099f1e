#pragma once

#include <functional>

#include "recon/image.h"
#include "recon/measurement/measurements.h"
#include "recon/reporter.h"
#include "recon/scatter/scatter_estimate.h"
#include "recon/scatter/scatter_scale.h"

namespace coincide::recon {

/// LORs that can be measured, in blocks: with their TOF bins or, where each has a range of bins or an axis, all of them
/// together.
struct MeasurableLors {
  projectors::Lors lors;
  std::vector<float> factor;            ///< m without attenuation, over all TOF bins and energy windows
  std::vector<projectors::TofBin> tof;  ///< as wide as all of the LOR's bins; empty without TOF
};

/// Data of a run in which there is scatter: what its estimate needs of them.
class ScatteredData {
 public:
  virtual ~ScatteredData() = default;

  /// With all of b but scatter.
  virtual const Measurements& measurements() const = 0;
  /// Whether m of these holds attenuation.
  virtual bool is_attenuated() const = 0;
  /// A^T m over all that can be measured, on a grid of large voxels.
  virtual Image sensitivity(const ImageGrid& grid) = 0;
  /// Goes through about `wanted` of the LORs that can be measured and meet the grid, or all if there are no more; their
  /// factors are weighted up for the others. False if the reporter asked to stop.
  virtual bool for_lors(const ImageGrid& grid, std::uint64_t wanted,
                        const std::function<void(const MeasurableLors&)>& visit) = 0;
  /// Adds scatter to b of all cells. Where the reporter asks to stop, the rest is left out.
  virtual void add(const ScatterEstimate& estimate, const ScatterScale& scale, Reporter& reporter) = 0;
};

}  // namespace coincide::recon
