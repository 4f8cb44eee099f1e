#include "recon/algorithms/em.h"

namespace coincide::recon {

int ExpectationMaximisation::updates_in_pass(const Engine& engine, const State&) const {
  return engine.problem().data.num_subsets();
}

bool ExpectationMaximisation::step(Engine& engine, State& state, const GoOn& go_on) {
  EngineImage& back = engine.scratch(0);
  const int subset = state.subset(engine);
  if (!engine.back_project(subset, state.x, back, state.log_sum, go_on)) {
    return false;
  }
  if (const double share = engine.problem().data.share(subset); share > 0) {
    engine.apply(kernels::EmStep{share}, state.x, back, engine.sensitivity(subset));
  }
  return true;
}

}  // namespace coincide::recon
