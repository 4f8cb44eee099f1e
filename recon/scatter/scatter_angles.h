#pragma once

#include <vector>

#include "recon/photon_physics.h"
#include "recon/scatter/kernels/pairs.h"

namespace coincide::recon {

/// What a photon of 511 keV needs that scatters once by the Compton effect, in tables of the cosine.
class ScatterAngles {
 public:
  explicit ScatterAngles(const EnergyWindow& window);

  const std::vector<float>& weight() const { return weight_; }
  const std::vector<float>& absorption() const { return absorption_; }
  /// Of copies of these.
  kernels::AngleTables view(const float* weight, const float* absorption) const {
    return {weight, absorption, least_cosine_};
  }

 private:
  std::vector<float> weight_, absorption_;
  float least_cosine_ = -1;
};

}  // namespace coincide::recon
