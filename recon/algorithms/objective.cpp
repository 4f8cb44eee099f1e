#include "recon/algorithms/objective.h"

#include "recon/algorithms/reference_values.h"

namespace coincide::recon {

Objective::Objective(Engine& engine, PriorTerm prior, int num_threads) : engine_(engine), prior_(std::move(prior)) {
  if (prior_.is_wanted()) {
    prior_.attach(engine, reference_values(engine.problem(), num_threads, engine.ranks()).in_object, num_threads);
  }
}

double Objective::log_likelihood(const EngineImage& x, EngineImage& gradient, const GoOn& go_on) {
  const int subsets = engine_.problem().data.num_subsets();
  EngineImage& back = engine_.scratch(0);
  engine_.apply(kernels::Combine{0, -1}, gradient, engine_.sensitivity());
  double log_sum = 0;
  for (int subset = 0; subset < subsets; ++subset) {
    if (!engine_.back_project(subset, x, back, log_sum,
                              [&](double of_subset) { return go_on((subset + of_subset) / subsets); })) {
      break;
    }
    engine_.apply(kernels::Combine{1, 1}, gradient, back);
  }
  // What is not reconstructed may have been projected to.
  engine_.apply(kernels::Threshold{0}, back, engine_.sensitivity(), engine_.sensitivity());
  engine_.apply(kernels::Multiply{}, gradient, gradient, back);
  return log_sum - engine_.dot(x, engine_.sensitivity());
}

double Objective::penalty(const EngineImage& x, EngineImage& gradient) const {
  prior_.gradient(x, gradient);
  engine_.apply(kernels::Combine{0, prior_.strength()}, gradient, gradient);
  return prior_.value(x);
}

}  // namespace coincide::recon
