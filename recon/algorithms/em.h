#pragma once

#include "recon/algorithms/algorithm.h"

namespace coincide::recon {

/// OSEM, with one subset MLEM: x <- x / s_k * A^T(m y / (m A x + b)) for subset k after k, s_k its sensitivity.
/// Likelihood never falls with one subset. Source: Shepp and Vardi 1982; Hudson and Larkin 1994; Barrett, White and
/// Parra 1997 for listmode.
class ExpectationMaximisation final : public Algorithm {
 public:
  int updates_in_pass(const Engine& engine, const State& state) const override;
  bool step(Engine& engine, State& state, const GoOn& go_on) override;
};

}  // namespace coincide::recon
