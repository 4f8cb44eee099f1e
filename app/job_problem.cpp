#include "app/job_problem.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "app/job_memory.h"
#include "projectors/error.h"
#include "recon/algorithms/run.h"
#include "recon/pipeline/stages.h"

namespace coincide::app {
namespace {

/// Without checkpoints, which belong to a run.
recon::RunSettings settings_of(const io::Job& job, const JobSetup& setup) {
  recon::RunSettings settings = run_settings(job);
  settings.memory_limit_bytes = memory_left_for_events(job, setup);
  settings.checkpoint_passes = 0;
  settings.checkpoint_s = 0;
  return settings;
}

const io::Job& with_one_image(const io::Job& job) {
  if (job.simulates()) {
    throw InputError(
        "the job simulates its data: simulate them first, then take a job whose input.data are the events "
        "(NAME.petsird) that this leaves.");
  }
  if (job.in_parts()) {
    throw InputError(
        "the job is in frames or gates, a problem is that of one image: leave frames.durations and frames.gates empty; "
        "input.start_s and input.stop_s choose a frame.");
  }
  if (!job.normalization.source.empty()) {
    throw InputError("the job estimates efficiencies and has no image: leave normalization.source empty.");
  }
  return job;
}

}  // namespace

JobProblem::JobProblem(const io::Job& job, recon::Reporter& reporter)
    : job_(with_one_image(job)),
      setup_(prepare_job(job_)),
      checked_(job_, setup_),
      settings_(settings_of(job_, setup_)),
      device_(setup_.device, job_.compute.device == "auto"),
      run_(checked_.inputs(), settings_, device_, reporter) {
  for (const std::string& warning : setup_.warnings) {
    reporter.warning(warning);
  }
  for (const std::string& note : setup_.notes) {
    reporter.note(note);
  }
}

std::unique_ptr<JobProblem> JobProblem::make(const io::Job& job, recon::Reporter& reporter) {
  std::unique_ptr<JobProblem> result(new JobProblem(job, reporter));
  if (!recon::run_stages_before_reconstruction(result->run_)) {
    return nullptr;
  }
  result->made_.emplace(recon::make_run_problem(result->run_));
  return result;
}

std::vector<float> JobProblem::start_values() const { return recon::start_values(problem(), made_->start); }

recon::Engine& JobProblem::engine() {
  if (!engine_) {
    const projectors::Device device = device_.get();
    engine_ = device.kind == projectors::DeviceKind::cuda
                  ? recon::make_cuda_engine(problem(), settings_.num_threads, device.index,
                                            [this](const std::string& sentence) { run_.reporter.note(sentence); })
                  : recon::make_cpu_engine(problem(), settings_.num_threads);
  }
  return *engine_;
}

recon::Projections JobProblem::projections() const { return {problem(), device_.get(), settings_.num_threads}; }

recon::Objective& JobProblem::objective() {
  if (!objective_) {
    objective_.emplace(engine(), recon::PriorTerm(job_.prior, checked_.inputs().anatomical), settings_.num_threads);
  }
  return *objective_;
}

recon::Image JobProblem::as_result(std::vector<float> values, double iterations) const {
  recon::Image image;
  image.grid = problem().grid;
  image.values = std::move(values);
  return run_.as_result(image, iterations);
}

void JobProblem::set(const std::string& key, const std::string& value, const std::string& where) {
  if (!(key.starts_with("stop.") || key.starts_with("prior.")) || key.starts_with("prior.anatomical")) {
    throw InputError(
        fmt::format("{}: {} belongs to the data that are loaded, only settings of [stop] and [prior] (but for "
                    "prior.anatomical and its place) can change. Make a new problem.",
                    where, key));
  }
  io::Job changed = job_;
  io::set_in_job(changed, key, value, where);
  recon::check_takes_prior(changed.algorithm.name, changed.prior.name);
  job_.stop = changed.stop;
  job_.prior = changed.prior;
  objective_.reset();
}

recon::Image JobProblem::reconstruct() {
  run_.image = {};
  recon::reconstruct(run_, *made_);
  return std::move(run_.image);
}

}  // namespace coincide::app
