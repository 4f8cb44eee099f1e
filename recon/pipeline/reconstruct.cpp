#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "projectors/error.h"
#include "recon/algorithms/run.h"
#include "recon/measurement/histogram_measurements.h"
#include "recon/measurement/listmode_measurements.h"
#include "recon/pipeline/run_problem.h"
#include "recon/pipeline/stage_work.h"
#include "recon/pipeline/symptoms.h"

namespace coincide::recon {
namespace {

/// Stands between the loop and the run's reporter: images get the unit of the result.
class ResultReporter final : public Reporter {
 public:
  explicit ResultReporter(RunState& run) : run_(run) {}

  void progress(std::string_view stage, double fraction) override { run_.reporter.progress(stage, fraction); }
  void begin_stage(std::string_view stage) override { run_.reporter.begin_stage(stage); }
  void step(std::string_view name) override { run_.reporter.step(name); }
  void note(std::string_view sentence) override { run_.reporter.note(sentence); }
  void warning(std::string_view sentence) override { run_.reporter.warning(sentence); }
  void intermediate_image(const Image& image, double iteration) override {
    run_.reporter.intermediate_image(run_.as_result(image, iteration), iteration);
  }
  bool wants_images() const override { return run_.reporter.wants_images(); }
  void figures(const IterationFigures& figures) override { run_.reporter.figures(figures); }
  bool stop_requested() const override { return run_.reporter.stop_requested(); }

 private:
  RunState& run_;
};

/// A uniform image that explains the prompts: the scale is right before the first update.
Image uniform_start(const RunState& run) {
  const double sum = std::accumulate(run.sensitivity.values.begin(), run.sensitivity.values.end(), 0.0);
  if (!(sum > 0)) {
    throw InputError(
        "the sensitivity image is 0 everywhere: no crystal pair sees the image. Check [image], [corrections] and "
        "sensitivity.fraction.");
  }
  return {run.inputs.grid, static_cast<float>(run.num_counts() / sum)};
}

/// An image explains all prompts but the randoms (Shepp and Vardi 1982), unless their LORs do not cross it.
void warn_of_missed_prompts(const RunState& run) {
  constexpr double acceptable_part = 0.05;
  constexpr double sigmas = 3;  // of chance, in the last subset's counts
  const bool is_background_known = !run.data || !run.data->stated().used.additive();  // also of LORs without events
  if (run.record.figures.empty() || !is_background_known) {
    return;
  }
  const double prompts = run.num_counts();
  const double missed = 1 - (run.record.figures.back().expected_counts + run.num_background) / prompts;
  const double by_chance = sigmas / std::sqrt(prompts / static_cast<double>(run.record.subsets));
  if (missed <= std::max(acceptable_part, by_chance)) {
    return;
  }
  if (run.too_many_subsets) {
    run.reporter.warning(
        fmt::format("The image does not explain about {:.0f} % of the prompts: with {} subsets, each has too few. Set "
                    "algorithm.subsets to 0.",
                    100 * missed, run.record.subsets));
  } else {
    run.reporter.warning(
        fmt::format("About {:.0f} % of the prompts miss the image: there is activity outside it, or randoms or scatter "
                    "are not corrected. Values near its edges are disturbed. Make the image larger or move it "
                    "(image.size, image.centre_offset_mm).",
                    100 * missed));
  }
}

/// Throws InputError if it is not of this problem.
void tell_of_resume(RunState& run, const RunCheckpoint& from, const std::string& hash) {
  check_resumes(from, run.inputs.problem_settings, hash);
  const std::string device = projectors::device_word(run.device.get());
  if (from.device != device) {
    run.reporter.warning(fmt::format("The run began on {} and goes on on {}: the last digits of the image may differ.",
                                     from.device, device));
  }
  const int updates = from.at.state.update;
  run.record.resumed_from = from.at.state.pass;
  run.reporter.note(fmt::format("The run is resumed after iteration {}{}.", from.at.state.pass,
                                updates > 0 ? fmt::format(" and {} updates", updates) : ""));
}

/// Goes on from the checkpoint that there is of the part, which is left in `from`, and hands out its own.
void use_checkpoints(RunState& run, const Problem& problem, std::optional<RunCheckpoint>& from, RunOptions& options) {
  const RunInputs& inputs = run.inputs;
  from = inputs.find_checkpoint ? inputs.find_checkpoint(run.record.part) : std::nullopt;
  if (!from && !options.keeps_checkpoints()) {
    return;
  }
  const std::string hash = problem_hash(problem, inputs.anatomical.get(), run.device.ranks());
  if (from) {
    tell_of_resume(run, *from, hash);
    options.resume = &from->at;
  }
  options.keep = [&run, hash](const Checkpoint& checkpoint) {
    run.inputs.keep_checkpoint(run.record.part, {.at = checkpoint,
                                                 .device = projectors::device_word(run.device.get()),
                                                 .problem = hash,
                                                 .settings = run.inputs.problem_settings});
  };
}

std::unique_ptr<const Measurements> measurements_of(RunState& run) {
  if (run.data) {
    return std::make_unique<ListmodeMeasurements>(*run.data, run.scanner(), run.tof());
  }
  auto bins =
      std::make_unique<HistogramMeasurements>(*run.histogram, run.inputs.grid, static_cast<int>(run.record.subsets),
                                              run.settings.num_threads, run.device.ranks());
  if (bins->num_impossible() > 0) {
    run.record.prompts_impossible = static_cast<std::uint64_t>(std::llround(bins->num_impossible()));
    run.reporter.warning(
        fmt::format("{} prompts in bins that measure nothing, having the factor 0 or missing the image, are left out.",
                    run.record.prompts_impossible));
  }
  return bins;
}

Problem problem_of(RunState& run, const Measurements& measurements) {
  const int threads = run.settings.num_threads;
  if (run.data) {
    return make_problem(measurements, run.scanner(), run.sensitivity, run.record.psf, threads);
  }
  const HistogramSensitivity made{.whole = std::move(run.sensitivity), .by_subset = std::move(run.subset_sensitivity)};
  return make_problem(measurements, &run.scanner(), made, run.record.psf, threads);
}

}  // namespace

RunProblem make_run_problem(RunState& run) {
  set_scale(run);
  Image start = run.inputs.start_image != nullptr
                    ? in_unit(*run.inputs.start_image, {.factor = 1 / run.scale.factor, .unit = ""})
                    : uniform_start(run);
  std::unique_ptr<const Measurements> measurements = measurements_of(run);
  Problem problem = problem_of(run, *measurements);
  return {.measurements = std::move(measurements), .problem = std::move(problem), .start = std::move(start)};
}

void reconstruct(RunState& run, const RunProblem& made) {
  const int threads = run.settings.num_threads;
  const std::unique_ptr<Algorithm> algorithm =
      run.settings.algorithm_kind().make({.prior = run.settings.prior,
                                          .anatomical = run.inputs.anatomical,
                                          .stop_percent = run.settings.stop.change_percent,
                                          .num_threads = threads});
  ResultReporter reporter(run);
  RunOptions options{.passes = run.settings.passes(),
                     .num_threads = threads,
                     .device = &run.device,
                     .report_every_update = reporter.wants_images(),
                     .checkpoint_passes = run.settings.checkpoint_passes,
                     .checkpoint_s = run.settings.checkpoint_s};
  std::optional<RunCheckpoint> from;
  use_checkpoints(run, made.problem, from, options);
  RunResult result = recon::run(*algorithm, made.problem, made.start, options, reporter);
  run.record.figures = result.figures;
  run.record.iterations_done = result.iterations_done;
  run.record.stopped = result.stopped;
  warn_of_missed_prompts(run);
  if (result.iterations_done > 0) {
    run.image = run.as_result(result.image, result.iterations_done);
    tell_of_image(run);
  }
}

}  // namespace coincide::recon
