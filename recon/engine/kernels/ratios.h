#pragma once

// What a measured cell gives to the back projection, once for CPU and GPU.

#include "projectors/kernels/backend.h"

namespace coincide::recon {

/// What is done with the ratios m y / (m A x + b).
enum class Ratios {
  plain,   ///< projected back
  keep,    ///< projected back, and kept by cell
  change,  ///< what they differ by from those kept is projected back
  curve,   ///< squared as they were kept, times A x, they are: the curvature of the log likelihood along x = 1
};

namespace kernels {

struct Ratio {
  float count;      ///< y
  float expected;   ///< m (A x) + b
  float value;      ///< m y / expected; 0 where the image explains nothing of the count
  float projected;  ///< A x

  /// From y, m, A x and b.
  static COINCIDE_HD Ratio of(float count, float factor, float projected, float additive) {
    // Below, there is nothing on the LOR but what many subsets have left of it, and quotients would overflow.
    constexpr float least_projected = 1e-20F;
    const float expected = factor * projected + additive;
    return {count, expected, expected > least_projected * factor ? count * (factor / expected) : 0, projected};
  }
  /// y ln(m A x + b), by the logarithm that is wanted; 0 where nothing is expected.
  template <class Log>
  COINCIDE_HD double log_term(const Log& log) const {
    return expected > 0 ? double{count} * log(expected) : 0;
  }
  /// What is projected back. `kept`: the cell's ratio kept, read or written; not used for plain ratios.
  COINCIDE_HD float projected_back(Ratios ratios, float* kept) const {
    if (ratios == Ratios::change) {
      return value - *kept;
    }
    if (ratios == Ratios::curve) {
      return count > 0 ? projected * *kept * *kept / count : 0;
    }
    if (ratios == Ratios::keep) {
      *kept = value;
    }
    return value;
  }
};

}  // namespace kernels
}  // namespace coincide::recon
