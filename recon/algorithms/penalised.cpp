#include "recon/algorithms/penalised.h"

#include "recon/algorithms/reference_values.h"
#include "recon/measurement/voxels_on_lor.h"

namespace coincide::recon {
namespace {

constexpr const char *x_ref = "x_ref", *penalty_before = "penalty";
/// An image: 1 where a subset tells enough of a voxel, else the part of it that it does.
constexpr const char* seen = "seen";

}  // namespace

EngineImage& image_of(const Engine& engine, State& state, const char* name) {
  const auto found = state.images.find(name);
  return found != state.images.end() ? found->second : state.images.emplace(name, engine.make_image()).first->second;
}

double Penalised::penalty(const State& state) { return state.numbers.at(penalty_before); }

double Penalised::typical_value(const State& state) { return state.numbers.at(x_ref); }

void Penalised::attach(Engine& engine, State& state) {
  if (!state.numbers.contains(x_ref)) {
    const ReferenceValues values = reference_values(engine.problem(), num_threads_, engine.ranks());
    state.numbers[x_ref] = values.in_object;
    const double mean = engine.dot(state.x, engine.sensitivity()) / engine.sum(engine.sensitivity());
    engine.apply(kernels::Combine{0, values.everywhere / mean}, state.x, state.x);
  }
  prior_.attach(engine, typical_value(state), num_threads_);
}

int Penalised::updates_in_pass(const Engine& engine, const State&) const { return engine.problem().data.num_subsets(); }

bool Penalised::step(Engine& engine, State& state, const GoOn& go_on) {
  if (state.update == 0) {
    state.numbers[penalty_before] = prior_.value(state.x);
  }
  return state.pass == 0 ? first_step(engine, state, go_on) : later_step(engine, state, go_on);
}

void Penalised::complete(const State& state, IterationFigures& figures) const {
  if (!prior_.is_none()) {
    figures.penalty = penalty(state);
  }
}

bool Penalised::first_step(Engine& engine, State& state, const GoOn& go_on) {
  EngineImage &d = engine.scratch(4), &before = engine.scratch(5);
  engine.apply(kernels::Combine{0, 1}, before, state.x);
  precondition(engine, state, d);
  if (!ascend(engine, state, 1, d, go_on)) {
    return false;
  }
  if (state.update == 0) {
    note_seen(engine, state, before);
  }
  if (state.update + 1 == engine.problem().data.num_subsets()) {
    mark_object(engine, state);
  }
  return true;
}

/// From the back projection in scratch(0) of the first subset at `x`.
void Penalised::note_seen(Engine& engine, State& state, const EngineImage& x) {
  constexpr double enough = 20;   // cells of a subset that tell of a voxel
  constexpr double least = 0.05;  // another subset may tell of a voxel that this one does not
  constexpr double smoothing_mm = 10;
  EngineImage& part = image_of(engine, state, seen);
  // A cell that tells of v voxels gives 1 / v of its count to each.
  engine.apply(kernels::ScaledCounts{voxels_per_cell(engine.problem()) / enough, least}, part, x, engine.scratch(0));
  engine.smooth(part, smoothing_mm, part);
}

bool Penalised::ascend(Engine& engine, State& state, double relaxation, EngineImage& d, const GoOn& go_on) const {
  constexpr double most_part = 1e3;
  EngineImage &back = engine.scratch(0), &slope = engine.scratch(1);
  const int subset = state.subset(engine);
  if (!engine.back_project(subset, state.x, back, state.log_sum, go_on)) {
    return false;
  }
  if (const double share = engine.problem().data.share(subset); share > 0) {
    prior_.gradient(state.x, slope);
    engine.apply(kernels::PreconditionedStep{share, strength(), relaxation, most_part * typical_value(state)}, state.x,
                 d, back, engine.sensitivity(subset), slope);
  }
  return true;
}

void Penalised::mark_object(Engine& engine, State& state) {
  constexpr double smoothing_mm = 10;
  constexpr double part_of_typical = 0.25;
  engine.smooth(state.x, smoothing_mm, engine.scratch(1));
  engine.apply(kernels::Threshold{static_cast<float>(part_of_typical * typical_value(state))},
               image_of(engine, state, "object"), engine.scratch(1), engine.sensitivity());
}

void Penalised::precondition(Engine& engine, const State& state, EngineImage& d) const {
  constexpr double smoothing_mm = 5;
  constexpr double least_part = 1e-3;  // of the typical value, so that voxels can leave 0
  EngineImage& smooth = engine.scratch(1);
  EngineImage& slope = engine.scratch(2);
  EngineImage& curvature = engine.scratch(3);
  engine.smooth(state.x, smoothing_mm, smooth);
  prior_.gradient(smooth, slope, curvature);
  engine.apply(kernels::Precondition{strength(), least_part * typical_value(state)}, d, smooth, engine.sensitivity(),
               curvature);
  if (const auto part = state.images.find(seen); part != state.images.end()) {
    engine.apply(kernels::Multiply{}, d, d, part->second);
  }
}

}  // namespace coincide::recon
