#include "recon/algorithms/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::string_view stage = "reconstruction";

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

void check(const Problem& problem, const RunOptions& options) {
  if (options.passes < 0) {
    throw InputError(fmt::format("the number of iterations is {}: it must be 0 or more", options.passes));
  }
  if (options.resume != nullptr && options.resume->state.x.size() != problem.sensitivity.size()) {
    throw InputError(fmt::format("the checkpoint is of an image of {} voxels, this one has {}",
                                 options.resume->state.x.size(), problem.sensitivity.size()));
  }
}

/// Weighted with the sensitivity.
double mean_seen(const Problem& problem, const Image& image) {
  const auto& s = problem.sensitivity;
  return std::inner_product(s.begin(), s.end(), image.values.begin(), 0.0) / std::accumulate(s.begin(), s.end(), 0.0);
}

class Loop {
 public:
  Loop(Algorithm& algorithm, const Problem& problem, const Image& start, const RunOptions& options, Reporter& reporter)
      : algorithm_(algorithm), problem_(problem), options_(options), reporter_(reporter) {
    result_.image = start;
    result_.image.values = start_values(problem, start);
    if (options.resume != nullptr) {
      kept_ = {options.resume->state.pass, options.resume->state.update};
      result_.image.values = options.resume->state.x;
      result_.figures = options.resume->figures;
    }
  }

  RunResult run();

 private:
  enum class Outcome { done, stopped, device_failed };
  void make_engine();
  void begin();
  Outcome run_pass_on_device();
  bool run_pass();
  bool run_update(int updates);
  double passes_done(int updates) const { return state_->pass + static_cast<double>(state_->update) / updates; }
  void show_image();
  bool is_done() const { return state_->pass >= options_.passes || algorithm_.finished(*state_); }
  bool checkpoint_is_due() const;
  void keep_checkpoint();
  void take_result();

  ComputeDevice& device() { return options_.device != nullptr ? *options_.device : cpu_; }

  Algorithm& algorithm_;
  const Problem& problem_;
  const RunOptions& options_;
  Reporter& reporter_;
  ComputeDevice cpu_;
  std::unique_ptr<Engine> engine_;
  std::optional<State> state_;
  RunResult result_;
  std::pair<int, int> kept_{-1, 0};  ///< pass and update of the last checkpoint
  Clock::time_point kept_at_ = Clock::now();
};

void Loop::make_engine() {
  if (device().get().kind == projectors::DeviceKind::cuda) {
    try {
      engine_ = share_out(make_cuda_engine(problem_, options_.num_threads, device().get().index,
                                           [this](const std::string& sentence) { reporter_.note(sentence); }),
                          device().ranks());
      begin();
      return;
    } catch (const DeviceError& error) {
      device().give_up(error, stage, reporter_);
      state_.reset();
    }
  }
  engine_ = share_out(make_cpu_engine(problem_, options_.num_threads), device().ranks());
  begin();
}

void Loop::begin() {
  if (options_.resume != nullptr) {
    state_ = restored(options_.resume->state, *engine_);
  } else {
    state_.emplace(State{.x = engine_->make_image(), .images = {}, .numbers = {}});
    state_->x.upload(result_.image.values.data());
  }
  algorithm_.attach(*engine_, *state_);
}

RunResult Loop::run() {
  if (options_.passes > 0) {
    make_engine();
    result_.iterations_done = passes_done(algorithm_.updates_in_pass(*engine_, *state_));
  }
  while (state_ && !result_.stopped && !is_done()) {
    Outcome outcome = run_pass_on_device();
    if (outcome == Outcome::device_failed) {
      outcome = run_pass_on_device();
    }
    result_.stopped = outcome == Outcome::stopped;
    const bool whole_passes = options_.checkpoint_passes > 0 && state_->pass % options_.checkpoint_passes == 0;
    if (!result_.stopped && (whole_passes || checkpoint_is_due())) {
      keep_checkpoint();
    }
  }
  if (state_ && options_.keeps_checkpoints() && kept_ != std::pair(state_->pass, state_->update)) {
    keep_checkpoint();
  }
  if (state_ && !result_.stopped) {
    take_result();
  }
  return std::move(result_);
}

/// If the device fails, what the last pass ended in stays.
void Loop::take_result() {
  try {
    algorithm_.result(*engine_, *state_, [this](double) { return !reporter_.stop_requested(); })
        .download(result_.image.values.data());
  } catch (const DeviceError& error) {
    device().give_up(error, stage, reporter_);
  }
}

/// If the device fails and may be given up, all is as before the pass, and the engine the CPU's.
Loop::Outcome Loop::run_pass_on_device() {
  std::optional<SavedState> safe;
  if (device().may_be_given_up()) {
    safe = saved(*state_);
  }
  try {
    return run_pass() ? Outcome::done : Outcome::stopped;
  } catch (const DeviceError& error) {
    if (!safe) {
      throw;
    }
    device().give_up(error, fmt::format("{}, from iteration {} on", stage, safe->pass + 1), reporter_);
    state_.reset();
    engine_ = make_cpu_engine(problem_, options_.num_threads);
    state_ = restored(*safe, *engine_);
    algorithm_.attach(*engine_, *state_);
    result_.image.values = safe->x;
    result_.iterations_done = safe->pass;
    return Outcome::device_failed;
  }
}

/// False if the reporter asked to stop.
bool Loop::run_pass() {
  const int updates = algorithm_.updates_in_pass(*engine_, *state_);
  const Clock::time_point start = Clock::now();
  reporter_.progress(stage, static_cast<double>(state_->pass) / options_.passes);
  reporter_.step(fmt::format("iteration {} of {}", state_->pass + 1, options_.passes));
  if (state_->update == 0) {
    state_->log_sum = 0;
    state_->counts_before = engine_->dot(state_->x, engine_->sensitivity());
  }
  while (state_->update < updates) {
    if (!run_update(updates)) {
      state_->x.download(result_.image.values.data());
      return false;
    }
    result_.iterations_done = passes_done(updates);
    if (state_->update < updates && checkpoint_is_due()) {
      keep_checkpoint();
    }
    if (options_.report_every_update && state_->update < updates) {
      state_->x.download(result_.image.values.data());
      show_image();
    }
  }
  const double seconds = seconds_since(start);
  state_->x.download(result_.image.values.data());
  IterationFigures figures{.iteration = result_.iterations_done,
                           .log_likelihood = state_->log_sum - state_->counts_before,
                           .image_sum = engine_->sum(state_->x),
                           .expected_counts = engine_->dot(state_->x, engine_->sensitivity()),
                           .seconds = seconds};
  algorithm_.complete(*state_, figures);
  // Nothing can fail any more: a pass that a device did not finish leaves no figures.
  ++state_->pass;
  state_->update = 0;
  result_.figures.push_back(figures);
  reporter_.figures(figures);
  show_image();
  return true;
}

bool Loop::checkpoint_is_due() const {
  return options_.checkpoint_s > 0 && seconds_since(kept_at_) >= options_.checkpoint_s;
}

void Loop::keep_checkpoint() {
  kept_ = {state_->pass, state_->update};
  kept_at_ = Clock::now();
  options_.keep({.state = saved(*state_), .figures = result_.figures});
}

void Loop::show_image() { reporter_.intermediate_image(result_.image, result_.iterations_done); }

/// One update of the image; false, with the image as it was, if the reporter asked to stop.
bool Loop::run_update(int updates) {
  const auto report = [&](double of_update) {
    const double of_pass = (state_->update + of_update) / updates;
    reporter_.progress(stage, (state_->pass + of_pass) / options_.passes);
  };
  const bool done = algorithm_.step(*engine_, *state_, [&](double of_update) {
    if (of_update > 0) {
      report(of_update);
    }
    return !reporter_.stop_requested();
  });
  if (done) {
    report(1);
    ++state_->update;
  }
  return done;
}

}  // namespace

std::vector<float> start_values(const Problem& problem, const Image& start) {
  if (!(problem.grid == start.grid)) {
    throw InputError("the sensitivity image and the start image have different grids: make them on the same one");
  }
  check_image(start, "start");
  const double mean = mean_seen(problem, start);
  if (!(mean > 0)) {
    throw InputError("the start image is 0 wherever anything can be seen: take one with activity, or none");
  }
  // Voxels that nothing sees would keep their start value for ever, and EM those at 0 that may hold something.
  const auto least = static_cast<float>(1e-3 * mean);
  std::vector<float> values(start.values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = problem.sensitivity[i] > 0 ? std::max(start.values[i], least) : 0;
  }
  return values;
}

RunResult run(Algorithm& algorithm, const Problem& problem, const Image& start, const RunOptions& options,
              Reporter& reporter) {
  check(problem, options);
  return Loop(algorithm, problem, start, options, reporter).run();
}

}  // namespace coincide::recon
