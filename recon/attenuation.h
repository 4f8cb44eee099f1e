#pragma once

#include <optional>
#include <vector>

#include "projectors/device_floats.h"
#include "recon/compute_device.h"
#include "recon/data/histogram.h"
#include "recon/image.h"
#include "recon/listmode_data.h"

namespace coincide::recon {

/// Attenuation factors exp(-integral of mu) of LORs through an attenuation image [1/cm].
class AttenuationFactors {
 public:
  /// Throws InputError if a value is not finite or their number is not that of the grid's voxels. `device` outlives it.
  AttenuationFactors(const Image& attenuation, ComputeDevice& device, int num_threads, Reporter& reporter);
  /// Multiplies one factor per LOR into `values`.
  void multiply(const projectors::Lors& lors, float* values);

 private:
  void integrate(const projectors::Lors& lors);

  ComputeDevice& device_;
  int num_threads_;
  Reporter& reporter_;
  projectors::ImageGrid grid_;
  std::vector<float> mu_per_mm_;
  std::optional<projectors::DeviceFloats> mu_on_gpu_;
  std::vector<float> exponents_;
};

/// Attenuation factors of the events are multiplied into their `factor` column.
void multiply_attenuation(ListmodeData& data, const Scanner& scanner, const Image& attenuation, ComputeDevice& device,
                          int num_threads, Reporter& reporter);
/// Those of the LORs of a histogram into the factors of all their TOF bins.
void multiply_attenuation(Histogram& histogram, const Image& attenuation, ComputeDevice& device, int num_threads,
                          Reporter& reporter);

}  // namespace coincide::recon
