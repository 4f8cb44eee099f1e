#include "recon/pipeline/stages.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>

#include "recon/pipeline/corrections.h"
#include "recon/pipeline/sentences.h"
#include "recon/pipeline/stage_work.h"
#include "recon/pipeline/symptoms.h"
#include "recon/sensitivity.h"

namespace coincide::recon {
namespace {

constexpr Stage of_events[] = {
    // Before the sensitivity image, which takes long: what is wrong with the file shows at once.
    {"events", load_events},
    {"sensitivity image", make_sensitivity},
    {"corrections", correct_events},
};

constexpr Stage of_histogram[] = {
    {"histogram", load_histogram},
    {"corrections", correct_histogram},
    {"sensitivity image", make_histogram_sensitivity},
};

void tell_what_is_left_out(const RunState& run) {
  std::vector<std::string_view> left_out;
  for (const auto& [effect, done] : run.record.corrections) {
    if (done.starts_with("not corrected")) {
      left_out.push_back(effect);
    }
  }
  if (!left_out.empty()) {
    run.reporter.note(fmt::format("Not corrected: {}.", fmt::join(left_out, ", ")));
  }
}

void keep_factors(RunState& run) {
  if (!run.inputs.keep_factors || run.reporter.stop_requested()) {
    return;
  }
  Communicator& ranks = run.device.ranks();
  if (ranks.is_alone()) {
    run.inputs.keep_factors(run.histogram->factor, run.histogram->additive);
  } else {
    const std::vector<float> factor = ranks.gather(run.histogram->factor);
    run.inputs.keep_factors(factor, ranks.gather(run.histogram->additive));
  }
}

/// All processes use what the first has, or none does.
std::optional<Image> found_by_first(const SensitivityStore& store, const std::string& key, RunState& run) {
  Communicator& ranks = run.device.ranks();
  std::optional<Image> kept = ranks.is_first() ? store.find(key, run.inputs.grid) : std::nullopt;
  if (!ranks.of_first(kept.has_value())) {
    return std::nullopt;
  }
  if (!kept) {
    kept.emplace(run.inputs.grid, 0.0F, "mm");
  }
  ranks.spread(std::as_writable_bytes(std::span(kept->values)));
  return kept;
}

}  // namespace

std::span<const Stage> stages(const RunInputs& inputs) {
  if (inputs.events != nullptr) {
    return of_events;
  }
  return of_histogram;
}

bool run_stages_before_reconstruction(RunState& run) {
  for (const Stage& stage : stages(run.inputs)) {
    if (run.reporter.stop_requested()) {
      return false;
    }
    run.reporter.begin_stage(stage.name);
    stage.work(run);
  }
  return !run.reporter.stop_requested();
}

std::optional<RunProblem> run_stages(RunState& run) {
  run.record.stopped = true;
  if (!run_stages_before_reconstruction(run)) {
    return std::nullopt;
  }
  run.reporter.begin_stage("reconstruction");
  RunProblem made = make_run_problem(run);
  reconstruct(run, made);
  return made;
}

void make_sensitivity(RunState& run) {
  const SensitivityOptions options{.tof = run.tof(),
                                   .fraction = run.settings.sensitivity_fraction,
                                   .num_prompts = run.record.prompts_used,
                                   .num_threads = run.settings.num_threads,
                                   .device = &run.device,
                                   .moved = run.data->moved()};
  const SensitivityStore* store = run.inputs.store.get();
  const std::string key =
      store != nullptr ? sensitivity_key(run.model, run.inputs.grid, run.inputs.attenuation, options) : "";
  if (store != nullptr) {
    if (std::optional<Image> kept = found_by_first(*store, key, run)) {
      run.reporter.note("A sensitivity image made before is used again.");
      run.sensitivity = std::move(*kept);
      return;
    }
  }
  run.sensitivity = sensitivity_image(run.model, run.inputs.grid, run.inputs.attenuation, options, run.reporter);
  if (store != nullptr && run.device.ranks().is_first() && !run.sensitivity.values.empty() &&
      !store->keep(key, run.sensitivity)) {
    run.reporter.note(fmt::format("The sensitivity image could not be kept in {}.", store->place()));
  }
}

void correct_events(RunState& run) {
  correct(run, false);
  tell_of_model(run);
  tell_what_is_left_out(run);
}

void correct_histogram(RunState& run) {
  correct_bins(run);
  tell_of_model(run);
  tell_what_is_left_out(run);
  keep_factors(run);
}

std::string not_used_sentence(const std::vector<std::string>& not_used) {
  return not_used.empty() ? "" : fmt::format("Not used of what the file states: {}.", fmt::join(not_used, "; "));
}

}  // namespace coincide::recon
