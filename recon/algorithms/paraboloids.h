#pragma once

#include "recon/algorithms/penalised.h"

namespace coincide::recon {

/// Ordered subsets of separable paraboloidal surrogates (OSSPS): x <- P[x + 1 / (1 + 0.1 e) / D (n (B_k - s_k) -
/// strength grad R(x))] in pass e with one D = A^T(m (m A 1) y / (m A x + b)^2) + 2 strength diag Hessian R at the
/// image after the first pass. The second pass, which is twice as long as others, computes D and leaves x as it is.
/// Converges, slowly where the image was far from its end when D was taken. Source: Ahn and Fessler, IEEE Trans. Med.
/// Imaging 22(5), 2003.
class SeparableParaboloids final : public Penalised {
 public:
  using Penalised::Penalised;

 private:
  bool later_step(Engine& engine, State& state, const GoOn& go_on) override;
  bool curvature_step(Engine& engine, State& state, const GoOn& go_on);
  void finish_curvature(Engine& engine, State& state);
};

}  // namespace coincide::recon
