#pragma once

#include "projectors/geometry.h"

namespace coincide::projectors {

/// The weights of one TOF bin without error functions. At distance d from the bin's centre the Gaussian integrated over
/// the bin, (erf((d + width / 2) / (sqrt(2) sigma)) - erf((d - width / 2) / (sqrt(2) sigma))) / 2, is even and smooth:
/// a polynomial of degree 13 in t = scale * d^2 - 1, interpolated in Chebyshev's nodes.
struct EventWeights {
  static constexpr int terms = 14;
  float scale =
      0;  ///< 1 / mm^2. 0: no polynomial errs by less than 5e-8 and is nowhere below 0, use the error function
  float coefficient[terms]{};
};

/// Interpolation in Chebyshev's nodes, as sums over the values in these: what does not depend on the bin.
struct EventWeightsFit {
  static constexpr int terms = EventWeights::terms;
  double node[terms];          ///< as a part of the farthest distance
  double power[terms][terms];  ///< coefficient j is the sum over n of power[j][n] * value in node n
  double last[2][terms];       ///< the same for the last two terms of Chebyshev's series
  /// The series falls by more than a factor of 5 per term: what is cut off is below 5e-8 where its last terms add up to
  /// less than this.
  static constexpr double small = 1e-6;
  /// No polynomial is below 0 whose value in the farthest node is more than this, what they err by in single precision.
  static constexpr double least = 5e-7;
};
const EventWeightsFit& event_weights_fit();

/// For distances up to `farthest_mm`. Without polynomial if that is more than about 4.6 sigma, of narrow bins 4.
EventWeights fit_event_weights(const TofBin& bin, double farthest_mm);

}  // namespace coincide::projectors
