#include "recon/algorithms/paraboloids.h"

namespace coincide::recon {
namespace {

constexpr const char* preconditioner = "D";  // until it is whole, the sum of the subsets' curvatures
constexpr int curvature_pass = 1;

}  // namespace

bool SeparableParaboloids::later_step(Engine& engine, State& state, const GoOn& go_on) {
  if (state.pass == curvature_pass) {
    return curvature_step(engine, state, go_on);
  }
  return ascend(engine, state, relaxation(state.pass - curvature_pass - 1), state.images.at(preconditioner), go_on);
}

/// Adds a subset's curvature: its ratios at x are kept, then used on a forward projection of ones.
bool SeparableParaboloids::curvature_step(Engine& engine, State& state, const GoOn& go_on) {
  EngineImage &back = engine.scratch(0), &ones = engine.scratch(1);
  const int subset = state.subset(engine);
  const auto first_half = [&](double part) { return go_on(0.5 * part); };
  const auto second_half = [&](double part) { return go_on(0.5 + 0.5 * part); };
  constexpr float everywhere = -1;
  engine.apply(kernels::Threshold{everywhere}, ones, state.x, engine.sensitivity());
  double log_sum = 0, ignored = 0;
  if (!engine.back_project(subset, state.x, back, log_sum, first_half, Ratios::keep) ||
      !engine.back_project(subset, ones, back, ignored, second_half, Ratios::curve)) {
    return false;
  }
  state.log_sum += log_sum;
  engine.apply(kernels::Combine{state.update == 0 ? 0.0 : 1.0, 1}, image_of(engine, state, preconditioner), back);
  if (state.update + 1 == engine.problem().data.num_subsets()) {
    finish_curvature(engine, state);
  }
  return true;
}

void SeparableParaboloids::finish_curvature(Engine& engine, State& state) {
  constexpr double least_part = 1e-3;  // of EM's curvature s / x: voxels that no count has seen go to 0 by it
  EngineImage &slope = engine.scratch(0), &curvature = engine.scratch(1);
  prior().gradient(state.x, slope, curvature);
  engine.apply(kernels::InvertCurvature{strength(), least_part / typical_value(state)}, state.images.at(preconditioner),
               engine.sensitivity(), curvature);
}

}  // namespace coincide::recon
