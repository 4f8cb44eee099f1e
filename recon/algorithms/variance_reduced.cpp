#include "recon/algorithms/variance_reduced.h"

#include <algorithm>
#include <cmath>

namespace coincide::recon {
namespace {

// Of the update, chosen among a dozen pairs with simulated scans. More memory suits weak priors, less strong ones;
// steps of 0.7 are a pass quicker with these, but what differs by rounding may grow beyond 1e-5 of the maximum on the
// way.
constexpr double memory = 0.7, part_of_step = 0.6;
// In the last stochastic pass before a snapshot: averaged, it may take longer steps.
constexpr double last_step = 1.3, averaged_from = 0.3;
constexpr int last_preconditioned_epoch = 6;

// What the state holds beside x, by name. Images: v is what x moved by, D the preconditioner, snapshot and best the
// last and the best snapshot's image, gradient the projected one at the last snapshot, mean that of the images of a
// pass.
constexpr const char *moved = "v", *preconditioner = "D", *best = "best", *last = "snapshot",
                     *last_gradient = "gradient", *mean = "mean";
// Numbers. epoch: rounds of stochastic passes; group: subsets per update.
constexpr const char *phase = "phase", *epoch = "epoch", *group = "group", *step_length = "step",
                     *best_objective = "best", *change = "change", *distance = "distance";
constexpr double snapshot = 0, stochastic = 1;  // phases

double number(const State& state, const char* name, double otherwise) {
  const auto found = state.numbers.find(name);
  return found == state.numbers.end() ? otherwise : found->second;
}

bool is_stochastic(const State& state) { return number(state, phase, snapshot) == stochastic; }

void copy(const Engine& engine, const EngineImage& from, EngineImage& to) {
  engine.apply(kernels::Combine{0, 1}, to, from);
}

/// Whether an objective is not below the best snapshot's, but for the rounding of float terms.
bool is_best(const State& state, double objective, double log_sum) {
  constexpr double rounding = 1e-9;  // of their sum
  return objective >= state.numbers.at(best_objective) - rounding * std::abs(log_sum);
}

/// Two stochastic passes follow on a snapshot, from the first on: the second gains much more than a snapshot of where
/// the first has led.
bool takes_snapshot(double at_epoch) { return std::fmod(at_epoch, 2) == 0; }

bool precedes_snapshot(const State& state) { return takes_snapshot(state.numbers.at(epoch) + 1); }

/// Where all subsets are one already, steps become shorter instead.
void take_more_care(State& state, int num_subsets) {
  if (state.numbers[group] >= num_subsets) {
    state.numbers[step_length] /= 2;
  }
  state.numbers[group] = std::min<double>(2 * state.numbers[group], num_subsets);
}

}  // namespace

/// Ratios and G of the last snapshot, or of the part of one that there is, are computed again.
void VarianceReduced::attach(Engine& engine, State& state) {
  Penalised::attach(engine, state);
  whole_gradient_.emplace(engine.make_image());
  const bool whole = is_stochastic(state);
  const int gathered = whole ? engine.problem().data.num_subsets() : state.numbers.contains(phase) ? state.update : 0;
  double ignored = 0;
  for (int subset = 0; subset < gathered; ++subset) {
    gather(engine, subset, whole ? state.images.at(last) : state.x, ignored, [](double) { return true; });
  }
}

int VarianceReduced::updates_in_pass(const Engine& engine, const State& state) const {
  const int subsets = engine.problem().data.num_subsets();
  const int together = is_stochastic(state) ? static_cast<int>(number(state, group, 1)) : 1;
  return (subsets + together - 1) / together;
}

bool VarianceReduced::later_step(Engine& engine, State& state, const GoOn& go_on) {
  if (!state.numbers.contains(phase)) {
    state.numbers[phase] = snapshot;
    state.numbers[epoch] = 0;
    state.numbers[group] = 1;
    state.numbers[step_length] = part_of_step;
  }
  return is_stochastic(state) ? stochastic_step(engine, state, go_on) : snapshot_step(engine, state, go_on);
}

/// Adds a subset to the snapshot at x: its part of G, and its ratios.
bool VarianceReduced::gather(Engine& engine, int subset, const EngineImage& x, double& log_sum, const GoOn& go_on) {
  EngineImage& back = engine.scratch(0);
  if (!engine.back_project(subset, x, back, log_sum, go_on, Ratios::keep)) {
    return false;
  }
  engine.apply(kernels::Combine{subset == 0 ? 0.0 : 1.0, 1}, *whole_gradient_, back);
  if (subset + 1 == engine.problem().data.num_subsets()) {
    engine.apply(kernels::Combine{1, -1}, *whole_gradient_, engine.sensitivity());
  }
  return true;
}

bool VarianceReduced::snapshot_step(Engine& engine, State& state, const GoOn& go_on) {
  if (!gather(engine, state.update, state.x, state.log_sum, go_on)) {
    return false;
  }
  if (state.update + 1 == engine.problem().data.num_subsets()) {
    take_snapshot(engine, state);
  }
  return true;
}

void VarianceReduced::take_snapshot(Engine& engine, State& state) {
  const double objective = state.log_sum - engine.dot(state.x, engine.sensitivity()) - penalty(state);
  if (state.numbers.contains(best_objective) && !is_best(state, objective, state.log_sum)) {
    copy(engine, image_of(engine, state, best), state.x);
    image_of(engine, state, moved).clear();
    take_more_care(state, engine.problem().data.num_subsets());
    // How the changes shrink says nothing here: they begin anew.
    state.numbers.erase(distance);
    state.numbers.erase(change);
    state.images.erase(last);
    return;  // the next pass takes the snapshot there
  }
  estimate_distance(engine, state);
  state.numbers[best_objective] = objective;
  copy(engine, state.x, image_of(engine, state, best));
  copy(engine, state.x, image_of(engine, state, last));
  if (state.numbers[epoch] <= last_preconditioned_epoch) {
    precondition(engine, state, image_of(engine, state, preconditioner));
  }
  compare_gradients(engine, state);
  move(engine, state, 0, engine.scratch(0));
  state.numbers[phase] = stochastic;
}

/// Merges subsets where the gradient points against that of the last snapshot: the steps overshoot.
void VarianceReduced::compare_gradients(Engine& engine, State& state) {
  constexpr double against = -0.25;
  EngineImage& slope = engine.scratch(1);
  EngineImage& gradient = engine.scratch(2);
  prior().gradient(state.x, slope);
  engine.apply(kernels::ProjectedGradient{strength()}, gradient, state.x, image_of(engine, state, preconditioner),
               *whole_gradient_, slope);
  if (state.images.contains(last_gradient)) {
    const EngineImage& before = state.images.at(last_gradient);
    const double lengths = std::sqrt(engine.dot(gradient, gradient) * engine.dot(before, before));
    if (engine.dot(gradient, before) < against * lengths) {
      take_more_care(state, engine.problem().data.num_subsets());
    }
  }
  copy(engine, gradient, image_of(engine, state, last_gradient));
}

/// From how the change between snapshots shrinks: change * rho / (1 - rho).
void VarianceReduced::estimate_distance(Engine& engine, State& state) {
  if (!state.images.contains(last)) {
    return;
  }
  constexpr double slowest = 0.95;
  EngineImage& difference = engine.scratch(1);
  const EngineImage& inside = object(state);
  copy(engine, state.x, difference);
  engine.apply(kernels::Combine{1, -1}, difference, state.images.at(last));
  EngineImage& of_object = engine.scratch(2);
  engine.apply(kernels::Multiply{}, of_object, difference, inside);
  const double voxels = engine.sum(inside);
  const double mean = engine.dot(state.x, inside) / voxels;
  const double now = 100 * std::sqrt(engine.dot(of_object, of_object) / voxels) / mean;
  const double before = number(state, change, 0);
  if (before > 0) {
    const double rho = std::min(now / before, slowest);
    state.numbers[distance] = now * rho / (1 - rho);
  }
  state.numbers[change] = now;
}

/// Some subsets together: their change of the gradient since the snapshot stands for that of all.
bool VarianceReduced::stochastic_step(Engine& engine, State& state, const GoOn& go_on) {
  if (state.update == 0 && !takes_snapshot(state.numbers[epoch]) && state.numbers[epoch] <= last_preconditioned_epoch) {
    precondition(engine, state, image_of(engine, state, preconditioner));
  }
  const Measurements& data = engine.problem().data;
  const int together = static_cast<int>(state.numbers[group]);
  const int first = state.update * together;
  const int end = std::min(first + together, data.num_subsets());
  EngineImage& changes = engine.scratch(2);
  double share = 0, log_sum = 0;
  for (int place = first; place < end; ++place) {
    const int subset = subset_at(place, state.pass, data.num_subsets());
    const auto part_done = [&](double of_subset) { return go_on((place - first + of_subset) / (end - first)); };
    EngineImage& back = place == first ? changes : engine.scratch(0);
    if (!engine.back_project(subset, state.x, back, log_sum, part_done, Ratios::change)) {
      return false;
    }
    if (place != first) {
      engine.apply(kernels::Combine{1, 1}, changes, back);
    }
    share += data.share(subset);
  }
  state.log_sum += log_sum;
  if (share > 0) {
    move(engine, state, share, changes);
  }
  if (precedes_snapshot(state)) {
    average(engine, state);
  }
  if (end == data.num_subsets()) {
    state.numbers[epoch] += 1;
    state.numbers[phase] = takes_snapshot(state.numbers[epoch]) ? snapshot : stochastic;
  }
  return true;
}

/// What the last subsets have made of x is noise as well: the pass ends in the mean of most of its images.
void VarianceReduced::average(Engine& engine, State& state) {
  const int updates = updates_in_pass(engine, state);
  const int first = std::min(static_cast<int>(std::ceil(averaged_from * updates)), updates - 1);
  if (state.update < first) {
    return;
  }
  const double part = 1.0 / (state.update - first + 1);
  EngineImage& sum = image_of(engine, state, mean);
  engine.apply(kernels::Combine{1 - part, part}, sum, state.x);
  if (state.update + 1 == updates) {
    copy(engine, sum, state.x);
  }
}

/// One step with momentum; `change` counts as 0 where share is 0.
void VarianceReduced::move(Engine& engine, State& state, double share, EngineImage& change_of_gradient) {
  EngineImage& slope = engine.scratch(1);
  prior().gradient(state.x, slope);
  constexpr double small = 0.1;  // of the typical value
  const double step = (share > 0 && precedes_snapshot(state) ? last_step : 1) * state.numbers[step_length];
  engine.apply(kernels::MomentumStep{share, strength(), memory, step, small * typical_value(state)}, state.x,
               image_of(engine, state, moved), image_of(engine, state, preconditioner), change_of_gradient,
               *whole_gradient_, slope);
}

void VarianceReduced::complete(const State& state, IterationFigures& figures) const {
  Penalised::complete(state, figures);
  figures.distance_percent = number(state, distance, -1);
}

bool VarianceReduced::finished(const State& state) const {
  return stop_percent_ > 0 && state.update == 0 && is_stochastic(state) && number(state, distance, 1e9) < stop_percent_;
}

const EngineImage& VarianceReduced::result(Engine& engine, const State& state, const GoOn& go_on) const {
  if (!state.numbers.contains(best_objective)) {
    return state.x;
  }
  double log_sum = 0;
  const int subsets = engine.problem().data.num_subsets();
  for (int subset = 0; subset < subsets; ++subset) {
    if (!engine.back_project(subset, state.x, engine.scratch(0), log_sum, go_on)) {
      return state.x;
    }
  }
  const double objective = log_sum - engine.dot(state.x, engine.sensitivity()) - prior().value(state.x);
  return is_best(state, objective, log_sum) ? state.x : state.images.at(best);
}

}  // namespace coincide::recon
