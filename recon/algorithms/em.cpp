#include "recon/algorithms/em.h"

namespace coincide::recon {

int ExpectationMaximisation::updates_per_pass(const Problem& problem) const { return problem.data.num_subsets(); }

bool ExpectationMaximisation::step(Engine& engine, State& state, const GoOn& go_on) const {
  EngineImage& back = engine.scratch(0);
  if (!engine.back_project(state.update, state.x, back, state.log_sum, go_on)) {
    return false;
  }
  if (const double share = engine.problem().data.share(state.update); share > 0) {
    engine.em_update(back, share, state.x);
  }
  return true;
}

}  // namespace coincide::recon
