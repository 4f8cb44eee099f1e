#pragma once

#include <cmath>
#include <numeric>
#include <optional>

#include "recon/algorithms/prior_term.h"
#include "support/acquisition.h"

namespace coincide::tests {

using recon::PriorTerm;

/// An acquisition with a uniform background of its own in the model.
struct PenalisedCase {
  explicit PenalisedCase(int subsets, bool tof = true) : acquisition(tof), data(acquisition.load(subsets)) {
    for (int subset = 0; subset < subsets; ++subset) {
      std::ranges::fill(data.subset(subset).additive, 0.02F);
    }
    recon::Reporter silent;
    data.sort_for(acquisition.truth.grid, acquisition.source.scanner(), 0, silent);
    measurements.emplace(data, acquisition.source.scanner(), tof);
    problem.emplace(recon::make_problem(*measurements, acquisition.source.scanner(), acquisition.sensitivity, 0, 0));
  }

  RunResult run(recon::Algorithm& algorithm, int passes) const {
    recon::Reporter silent;
    return recon::run(algorithm, *problem, Image(problem->grid, start_value()), {.passes = passes, .num_threads = 1},
                      silent);
  }
  float start_value() const {
    return 20'000 / static_cast<float>(std::accumulate(problem->sensitivity.begin(), problem->sensitivity.end(), 0.0));
  }

  Acquisition acquisition;
  ListmodeData data;
  std::optional<recon::ListmodeMeasurements> measurements;
  std::optional<recon::Problem> problem;
};

/// In parts of the other's mean.
inline double rms_difference(const Image& one, const Image& other) {
  double sum = 0, mean = 0;
  for (std::size_t i = 0; i < one.values.size(); ++i) {
    sum += std::pow(double{one.values[i]} - double{other.values[i]}, 2);
    mean += other.values[i];
  }
  const auto voxels = static_cast<double>(one.values.size());
  return std::sqrt(sum / voxels) / (mean / voxels);
}

}  // namespace coincide::tests
