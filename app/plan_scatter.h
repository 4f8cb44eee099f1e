#pragma once

#include <cstdint>

#include "app/job_setup.h"
#include "io/job.h"

namespace coincide::app {

/// What a job's scatter correction will need; nothing where there is none.
struct ScatterPlan {
  double seconds = 0;
  std::uint64_t bytes = 0;
  std::uint64_t gpu_bytes = 0;  ///< of the card, where there is one
};

/// `pass_s`, `attenuation_s`: of one pass over `rows` events or LORs, and of their attenuation. Throws InputError where
/// scatter is asked for that cannot be.
ScatterPlan plan_scatter(const io::Job& job, const JobSetup& setup, std::uint64_t rows, double pass_s,
                         double attenuation_s);

}  // namespace coincide::app
