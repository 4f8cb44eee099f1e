#pragma once

#include <vector>

#include "projectors/projector.h"
#include "recon/image.h"

namespace coincide::recon {

/// Attenuation factors exp(-integral of mu) of LORs through an attenuation image [1/cm].
class AttenuationFactors {
 public:
  /// Throws InputError if a value is not finite or their number is not that of the grid's voxels.
  AttenuationFactors(const Image& attenuation, int num_threads);
  /// Multiplies one factor per LOR into `values`.
  void multiply(const projectors::Lors& lors, float* values);

 private:
  int num_threads_;
  projectors::Projector projector_;
  std::vector<float> mu_per_mm_;
  std::vector<float> exponents_;
};

}  // namespace coincide::recon
