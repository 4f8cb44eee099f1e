#pragma once

#include "projectors/error.h"
#include "recon/algorithms/em.h"
#include "recon/algorithms/run.h"
#include "recon/measurement/listmode_measurements.h"

namespace coincide::tests {

struct OsemOptions {
  int iterations = 4;
  int subsets = 1;  ///< that the events were loaded in
  recon::Psf psf{};
  int num_threads = 0;
  recon::ComputeDevice* device = nullptr;
  bool report_every_subset = false;
};

/// Sorts the events and runs EM on them.
inline recon::RunResult osem(recon::ListmodeData& data, const recon::Scanner& scanner, const recon::Image& sensitivity,
                             const recon::Image& start, bool tof, const OsemOptions& options,
                             recon::Reporter& reporter) {
  data.sort_for(start.grid, scanner, options.num_threads, recon::Reporter());
  const recon::ListmodeMeasurements measurements(data, scanner, tof);
  const recon::Problem problem =
      recon::make_problem(measurements, scanner, sensitivity, options.psf, options.num_threads);
  recon::ExpectationMaximisation algorithm;
  return recon::run(algorithm, problem, start,
                    {.passes = options.iterations,
                     .num_threads = options.num_threads,
                     .device = options.device,
                     .report_every_update = options.report_every_subset},
                    reporter);
}

}  // namespace coincide::tests
