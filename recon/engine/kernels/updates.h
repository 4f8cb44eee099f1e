#pragma once

// What algorithms do with single counts and voxels, once for CPU and GPU.

#include "projectors/kernels/backend.h"

namespace coincide::recon::kernels {

/// What a measured cell of one count gives to the back projection, and what is expected in it.
struct Ratio {
  float expected;  ///< m (A x) + b
  float value;     ///< m / expected; 0 where the model calls the count impossible, with nothing expected on its LOR

  /// From m, A x and b.
  static COINCIDE_HD Ratio of(float factor, float projected, float additive) {
    const float expected = factor * projected + additive;
    return {expected, expected > 0 ? factor / expected : 0};
  }
};

/// x back / (share s), EM's next image for a subset with that share of the sensitivity s; where s is 0, x stays.
COINCIDE_HD float em_update(float x, float back, float sensitivity, double share) {
  return sensitivity > 0 ? static_cast<float>(x * (back / (share * sensitivity))) : x;
}

}  // namespace coincide::recon::kernels
