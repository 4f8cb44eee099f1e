#include "recon/algorithms/penalised_em.h"

namespace coincide::recon {

bool OneStepLate::later_step(Engine& engine, State& state, const GoOn& go_on) {
  EngineImage& back = engine.scratch(0);
  EngineImage& slope = engine.scratch(1);
  if (!engine.back_project(state.update, state.x, back, state.log_sum, go_on)) {
    return false;
  }
  if (const double share = engine.problem().data.share(state.update); share > 0) {
    prior().gradient(state.x, slope);
    engine.apply(kernels::OneStepLate{share, strength()}, state.x, back, engine.sensitivity(), slope);
  }
  return true;
}

bool Bsrem::later_step(Engine& engine, State& state, const GoOn& go_on) {
  constexpr double least_part = 1e-3;
  constexpr double most_part = 1e3;  // bounds steps that overshoot
  EngineImage& back = engine.scratch(0);
  EngineImage& slope = engine.scratch(1);
  if (!engine.back_project(state.update, state.x, back, state.log_sum, go_on)) {
    return false;
  }
  if (const double share = engine.problem().data.share(state.update); share > 0) {
    prior().gradient(state.x, slope);
    const double typical = typical_value(state);
    const double relaxation = 1 / (1 + 0.1 * (state.pass - 1));
    engine.apply(kernels::RelaxedStep{share, strength(), relaxation, least_part * typical, most_part * typical},
                 state.x, back, engine.sensitivity(), slope);
  }
  return true;
}

}  // namespace coincide::recon
