#include "recon/algorithms/penalised_em.h"

namespace coincide::recon {
namespace {

/// update(share, back, slope) after the back projection of the state's subset and the slope of the prior at x.
template <class Update>
bool subset_step(Engine& engine, State& state, const PriorTerm& prior, const GoOn& go_on, const Update& update) {
  EngineImage& back = engine.scratch(0);
  EngineImage& slope = engine.scratch(1);
  const int subset = state.subset(engine);
  if (!engine.back_project(subset, state.x, back, state.log_sum, go_on)) {
    return false;
  }
  if (const double share = engine.problem().data.share(subset); share > 0) {
    prior.gradient(state.x, slope);
    update(share, back, slope);
  }
  return true;
}

}  // namespace

bool OneStepLate::later_step(Engine& engine, State& state, const GoOn& go_on) {
  return subset_step(engine, state, prior(), go_on, [&](double share, EngineImage& back, EngineImage& slope) {
    engine.apply(kernels::OneStepLate{share, strength()}, state.x, back, engine.sensitivity(), slope);
  });
}

bool Bsrem::later_step(Engine& engine, State& state, const GoOn& go_on) {
  constexpr double least_part = 1e-3;
  constexpr double most_part = 1e3;  // bounds steps that overshoot
  const double typical = typical_value(state);
  const double relaxation = 1 / (1 + 0.1 * (state.pass - 1));
  return subset_step(engine, state, prior(), go_on, [&](double share, EngineImage& back, EngineImage& slope) {
    engine.apply(kernels::RelaxedStep{share, strength(), relaxation, least_part * typical, most_part * typical},
                 state.x, back, engine.sensitivity(), slope);
  });
}

}  // namespace coincide::recon
