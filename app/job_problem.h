#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/checked_inputs.h"
#include "app/job_setup.h"
#include "io/job.h"
#include "recon/algorithms/objective.h"
#include "recon/compute_device.h"
#include "recon/engine/engine.h"
#include "recon/engine/projections.h"
#include "recon/pipeline/run_problem.h"
#include "recon/pipeline/run_state.h"
#include "recon/reporter.h"

namespace coincide::app {

/// A job whose data and corrections are ready, for algorithms of one's own and for those of the program. Writes no
/// results. Functions throw DeviceError if the device is lost or out of memory.
class JobProblem {
 public:
  /// Runs all stages of the job but its reconstruction; null if the reporter, which outlives the result, asked to stop.
  /// Throws as run_job(), and InputError for a job without measured data, or of several images or none.
  static std::unique_ptr<JobProblem> make(const io::Job& job, recon::Reporter& reporter);
  JobProblem(const JobProblem&) = delete;
  JobProblem& operator=(const JobProblem&) = delete;

  const recon::Problem& problem() const { return made_->problem; }
  const recon::RunRecord& record() const { return run_.record; }
  /// What algorithms start from, by voxel [unit of the algorithm].
  std::vector<float> start_values() const;
  recon::Engine& engine();
  projectors::Device device() const { return device_.get(); }
  recon::Projections projections() const;
  /// With the prior of the job.
  recon::Objective& objective();
  /// In the unit of the result, filtered and described as the job says.
  recon::Image as_result(std::vector<float> values, double iterations) const;

  /// Changes a setting that is not of the data: of [stop], or of [prior] but its anatomical image. Throws InputError.
  void set(const std::string& key, const std::string& value, const std::string& where);
  /// By the algorithm of the job, from the job's start image. What is known of it is in record(). An image without
  /// values if the reporter asked to stop before the first update.
  recon::Image reconstruct();

 private:
  JobProblem(const io::Job& job, recon::Reporter& reporter);

  io::Job job_;
  JobSetup setup_;
  CheckedInputs checked_;
  recon::RunSettings settings_;  ///< refer to the job
  recon::ComputeDevice device_;
  recon::RunState run_;
  std::optional<recon::RunProblem> made_;
  std::unique_ptr<recon::Engine> engine_;      ///< when it is first asked for
  std::optional<recon::Objective> objective_;  ///< likewise
};

}  // namespace coincide::app
