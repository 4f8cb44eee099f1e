#pragma once

// Potentials psi(x, y) of the difference between two neighbouring voxels, with their derivatives with respect to x.
// Lengths and weights are the business of whoever adds them up (neighbours.h).

#include <cfloat>
#include <cmath>

#include "projectors/kernels/backend.h"

namespace coincide::recon::kernels {

/// D^2 / (2 x_ref).
struct Quadratic {
  float x_ref = 1;

  template <class Real>
  COINCIDE_HD Real value(Real x, Real y) const {
    return (x - y) * (x - y) / (2 * Real(x_ref));
  }
  template <class Real>
  COINCIDE_HD Real slope(Real x, Real y) const {
    return (x - y) / Real(x_ref);
  }
  template <class Real>
  COINCIDE_HD Real curvature(Real, Real) const {
    return 1 / Real(x_ref);
  }
};

/// D^2 / (x + y + gamma |D| + epsilon). Quotients are formed before products: q * q is 0 in single precision for
/// images of small unit. Below the smallest normal number a pair counts as two zeros, which have no slope.
/// Source: Nuyts, Beque, Dupont and Mortelmans, IEEE Trans. Nucl. Sci. 49(1), 2002.
struct RelativeDifference {
  float gamma = 2;
  float epsilon = 0;  ///< in the unit of the image

  template <class Real>
  COINCIDE_HD Real value(Real x, Real y) const {
    const Real difference = x - y;
    return difference * (difference * inverse(x, y));
  }
  template <class Real>
  COINCIDE_HD Real slope(Real x, Real y) const {
    const Real over_q = inverse(x, y);
    const Real difference = x - y;
    return (difference * over_q) * ((Real(gamma) * std::fabs(difference) + x + 3 * y + 2 * Real(epsilon)) * over_q);
  }
  template <class Real>
  COINCIDE_HD Real curvature(Real x, Real y) const {
    const Real over_q = inverse(x, y);
    const Real part = (2 * y + Real(epsilon)) * over_q;
    return 2 * part * part * over_q;
  }

 private:
  template <class Real>
  COINCIDE_HD Real inverse(Real x, Real y) const {
    const Real q = x + y + Real(gamma) * std::fabs(x - y) + Real(epsilon);
    const Real safe = q > Real(FLT_MIN) ? q : Real(1);
    return (q > Real(FLT_MIN) ? Real(1) : Real(0)) / safe;
  }
};

/// delta^2 log cosh(D / delta) / x_ref: quadratic for small differences, linear for large ones.
struct LogCosh {
  float delta = 1;  ///< in the unit of the image
  float x_ref = 1;

  template <class Real>
  COINCIDE_HD Real value(Real x, Real y) const {
    const Real t = std::fabs(x - y) / Real(delta);
    const Real log_cosh = t + std::log1p(std::exp(-2 * t)) - Real(0.693147180559945309);
    return Real(delta) * Real(delta) * log_cosh / Real(x_ref);
  }
  template <class Real>
  COINCIDE_HD Real slope(Real x, Real y) const {
    return Real(delta) * std::tanh((x - y) / Real(delta)) / Real(x_ref);
  }
  template <class Real>
  COINCIDE_HD Real curvature(Real x, Real y) const {
    const Real tangent = std::tanh((x - y) / Real(delta));
    return (1 - tangent * tangent) / Real(x_ref);
  }
};

/// D^2 / 2 up to |D| = delta, then delta (|D| - delta / 2); over x_ref. Source: Huber, Ann. Math. Stat. 35(1), 1964.
struct Huber {
  float delta = 1;  ///< in the unit of the image
  float x_ref = 1;

  template <class Real>
  COINCIDE_HD Real value(Real x, Real y) const {
    const Real size = std::fabs(x - y);
    return (size < Real(delta) ? size * size / 2 : Real(delta) * (size - Real(delta) / 2)) / Real(x_ref);
  }
  template <class Real>
  COINCIDE_HD Real slope(Real x, Real y) const {
    const Real difference = x - y;
    const Real above = difference < Real(-delta) ? Real(-delta) : difference;
    return (above > Real(delta) ? Real(delta) : above) / Real(x_ref);
  }
  template <class Real>
  COINCIDE_HD Real curvature(Real x, Real y) const {
    return std::fabs(x - y) <= Real(delta) ? 1 / Real(x_ref) : Real(0);
  }
};

/// A potential with psi' / D in place of its second derivative: the curvature of the parabola that touches psi at D and
/// lies above it everywhere, for psi even in D whose psi' / D falls with |D|. The second derivative is 0 where psi is
/// linear, and steps by that explode. Source: Huber, Robust Statistics, Wiley 1981, section 7.8.
template <class Potential>
struct Majorised : Potential {
  template <class Real>
  COINCIDE_HD Real curvature(Real x, Real y) const {
    const Real difference = x - y;
    const bool apart = std::fabs(difference) > Real(1e-6) * (std::fabs(x) + std::fabs(y));
    return apart ? Potential::slope(x, y) / difference : Potential::curvature(x, x);
  }
};

}  // namespace coincide::recon::kernels
