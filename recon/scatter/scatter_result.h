#pragma once

#include "projectors/device.h"
#include "recon/scatter/scatter_estimate.h"
#include "recon/scatter/scatter_scale.h"

namespace coincide::recon {

struct ScatterResult {
  explicit ScatterResult(const VirtualCylinder& cylinder) : estimate(cylinder) {}

  ScatterEstimate estimate;
  ScatterScale scale;
  double absolute = 1;      ///< what the scale would be without data
  bool from_tails = false;  ///< the scale
  bool finds_none = false;  ///< the counts beside the body say so or, with no rounds, the attenuation image
  int rounds = 0;
  projectors::Device device{};  ///< that simulated it
  double counts = 0;            ///< expected of all that can be measured
  double net_counts = 0;        ///< prompts less randoms of the data that it was estimated for
};

}  // namespace coincide::recon
