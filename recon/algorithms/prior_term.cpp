#include "recon/algorithms/prior_term.h"

#include <algorithm>
#include <cmath>

namespace coincide::recon {

void PriorTerm::attach(const Engine& engine, double x_ref, int num_threads) {
  ranks_ = &engine.ranks();
  const Problem& problem = engine.problem();
  std::vector<float> kappa(problem.sensitivity.size());
  std::ranges::transform(problem.sensitivity, kappa.begin(), [](float s) { return std::sqrt(s); });
  if (options_.scale == PriorScale::raw) {
    std::ranges::transform(problem.sensitivity, kappa.begin(), [](float s) { return s > 0 ? 1.0F : 0.0F; });
  }
  penalty_ = make_prior(options_, {.grid = problem.grid,
                                   .kappa = kappa,
                                   .curvature = Curvature::majorant,
                                   .x_ref = x_ref,
                                   .anatomical = anatomical_.get(),
                                   .device = engine.device(),
                                   .num_threads = num_threads});
}

void PriorTerm::gradient(const EngineImage& x, EngineImage& slope) const {
  if (penalty_) {
    penalty_->gradient(x.data(), slope.data(), nullptr);
  } else {
    slope.clear();
  }
}

void PriorTerm::gradient(const EngineImage& x, EngineImage& slope, EngineImage& curvature) const {
  if (penalty_) {
    penalty_->gradient(x.data(), slope.data(), curvature.data());
  } else {
    slope.clear();
    curvature.clear();
  }
}

}  // namespace coincide::recon
