#include "recon/algorithms/penalised_em.h"

namespace coincide::recon {

bool OneStepLate::later_step(Engine& engine, State& state, const GoOn& go_on) {
  EngineImage &back = engine.scratch(0), &slope = engine.scratch(1);
  const int subset = state.subset(engine);
  if (!engine.back_project(subset, state.x, back, state.log_sum, go_on)) {
    return false;
  }
  if (const double share = engine.problem().data.share(subset); share > 0) {
    prior().gradient(state.x, slope);
    engine.apply(kernels::OneStepLate{share, strength()}, state.x, back, engine.sensitivity(subset), slope);
  }
  return true;
}

bool Bsrem::later_step(Engine& engine, State& state, const GoOn& go_on) {
  constexpr double least_part = 1e-3;
  EngineImage &d = engine.scratch(2), &no_curvature = engine.scratch(1);
  no_curvature.clear();
  engine.apply(kernels::Precondition{0, least_part * typical_value(state)}, d, state.x, engine.sensitivity(),
               no_curvature);
  return ascend(engine, state, relaxation(state.pass - 1), d, go_on);
}

}  // namespace coincide::recon
