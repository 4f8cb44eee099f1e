#pragma once

#include <memory>

#include "recon/image.h"
#include "recon/measurement/measurements.h"
#include "recon/measurement/problem.h"
#include "recon/pipeline/run_state.h"

namespace coincide::recon {

/// What an algorithm is given of a run: its data with all corrections, and the image that it starts from.
struct RunProblem {
  std::unique_ptr<const Measurements> measurements;
  Problem problem;  ///< of them
  Image start;      ///< in the unit of the algorithm
};

/// Of a run whose stages before the reconstruction are done, and which outlives it: takes a histogram's sensitivity
/// images out of the run, and sets the scale of its result. Throws InputError where nothing sees the image.
RunProblem make_run_problem(RunState& run);

/// From the start image to the result, by the algorithm that the run's settings name.
void reconstruct(RunState& run, const RunProblem& made);

}  // namespace coincide::recon
