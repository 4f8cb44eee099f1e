#pragma once

#include <optional>
#include <vector>

#include "app/job_setup.h"
#include "io/data_checks.h"
#include "io/job.h"
#include "recon/pipeline/run_state.h"

namespace coincide::app {

/// What the pipeline is given of a job, whose events are checked while they are read. Refers to its arguments.
class CheckedInputs {
 public:
  CheckedInputs(const io::Job& job, JobSetup& setup);
  CheckedInputs(const CheckedInputs&) = delete;
  CheckedInputs& operator=(const CheckedInputs&) = delete;

  recon::RunInputs& inputs() { return inputs_; }
  /// Of the events, once they have been read.
  const std::vector<io::DataCheck>& checks() const { return checks_; }

 private:
  std::optional<io::CheckedSource> checked_;  ///< of a histogram none
  std::vector<io::DataCheck> checks_;
  recon::RunInputs inputs_;
};

}  // namespace coincide::app
