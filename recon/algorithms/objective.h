#pragma once

#include "recon/algorithms/prior_term.h"
#include "recon/engine/engine.h"

namespace coincide::recon {

/// log likelihood - strength R(x), which penalised algorithms maximise, with gradients, for algorithms of one's own.
class Objective {
 public:
  /// A prior counts in the data's typical value, as it does in penalised algorithms (reference_values.h). The engine
  /// outlives it.
  Objective(Engine& engine, PriorTerm prior, int num_threads);

  /// sum y ln(m A x + b) - sum(s x), as IterationFigures has it: without the sum of b, of ln y! and of counts in bins
  /// that the model leaves out. Overwrites `gradient` by A^T(m y / (m A x + b)) - s, 0 where s is 0. Where `go_on` says
  /// no, both are of no use.
  double log_likelihood(const EngineImage& x, EngineImage& gradient, const GoOn& go_on);
  /// strength R(x), and its gradient; 0 without prior.
  double penalty(const EngineImage& x, EngineImage& gradient) const;

 private:
  Engine& engine_;
  PriorTerm prior_;
};

}  // namespace coincide::recon
