#pragma once

// What a measured cell of one count gives to the back projection, once for CPU and GPU.

#include "projectors/kernels/backend.h"

namespace coincide::recon {

/// What is done with the ratios m / (m A x + b).
enum class Ratios {
  plain,   ///< projected back
  keep,    ///< projected back, and kept by cell
  change,  ///< what they differ by from those kept is projected back
  curve,   ///< squared as they were kept, times A x, they are: the curvature of the log likelihood along x = 1
};

namespace kernels {

struct Ratio {
  float expected;   ///< m (A x) + b
  float value;      ///< m / expected; 0 where the image explains nothing of the count
  float projected;  ///< A x

  /// From m, A x and b.
  static COINCIDE_HD Ratio of(float factor, float projected, float additive) {
    // Below, there is nothing on the LOR but what many subsets have left of it, and quotients would overflow.
    constexpr float least_projected = 1e-20F;
    const float expected = factor * projected + additive;
    return {expected, expected > least_projected * factor ? factor / expected : 0, projected};
  }
  /// What is projected back. `kept`: the cell's ratio kept, read or written; not used for plain ratios.
  COINCIDE_HD float projected_back(Ratios ratios, float* kept) const {
    if (ratios == Ratios::change) {
      return value - *kept;
    }
    if (ratios == Ratios::curve) {
      return projected * *kept * *kept;
    }
    if (ratios == Ratios::keep) {
      *kept = value;
    }
    return value;
  }
};

}  // namespace kernels
}  // namespace coincide::recon
