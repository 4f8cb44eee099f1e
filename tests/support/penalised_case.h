#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "recon/algorithms/prior_term.h"
#include "support/acquisition.h"

namespace coincide::tests {

using recon::PriorTerm;

struct CaseOptions {
  int subsets = 10;
  bool tof = true;
  int repeats = 1;           ///< each event comes so many times, and the model expects so many times the counts
  float unit = 1;            ///< images are so many times as bright
  int voxels_per_voxel = 1;  ///< along each axis, of the image that the events were drawn from
  float background = 0.02F;  ///< b of each event
  recon::Psf psf{};
  AcquisitionOptions acquisition{};
};

/// An acquisition with a uniform background of its own in the model.
struct PenalisedCase {
  explicit PenalisedCase(const CaseOptions& options)
      : acquisition(options.tof, two_hot_voxels(), options.acquisition), data(load(options)), grid(grid_of(options)) {
    const float scale = static_cast<float>(options.repeats) / options.unit;
    for (int subset = 0; subset < options.subsets; ++subset) {
      const recon::PromptColumns columns = data.subset(subset);
      std::ranges::for_each(columns.factor, [scale](float& m) { m *= scale; });
      std::ranges::fill(columns.additive, options.background * static_cast<float>(options.repeats));
    }
    recon::Reporter silent;
    data.sort_for(grid, acquisition.source.scanner(), 0, silent);
    Image sensitivity = acquisition.sensitivity;
    if (options.voxels_per_voxel != 1) {
      sensitivity = recon::sensitivity_image(acquisition.model, grid, nullptr, {.tof = options.tof}, silent);
    }
    std::ranges::for_each(sensitivity.values, [scale](float& s) { s *= scale; });
    measurements.emplace(data, acquisition.source.scanner(), options.tof);
    problem.emplace(recon::make_problem(*measurements, acquisition.source.scanner(), sensitivity, options.psf, 0));
  }
  explicit PenalisedCase(int subsets) : PenalisedCase(CaseOptions{.subsets = subsets}) {}

  RunResult run(recon::Algorithm& algorithm, int passes) const { return run(algorithm, passes, start()); }
  RunResult run(recon::Algorithm& algorithm, int passes, const Image& start) const {
    recon::Reporter silent;
    return recon::run(algorithm, *problem, start, {.passes = passes, .num_threads = 1}, silent);
  }
  /// As bright everywhere as the counts want.
  Image start() const {
    const double s = std::accumulate(problem->sensitivity.begin(), problem->sensitivity.end(), 0.0);
    return {grid, static_cast<float>(static_cast<double>(data.num_prompts()) / s)};
  }

  Acquisition acquisition;
  ListmodeData data;
  recon::ImageGrid grid;
  std::optional<recon::ListmodeMeasurements> measurements;
  std::optional<recon::Problem> problem;

 private:
  ListmodeData load(const CaseOptions& options) {
    const recon::EventBlock once = acquisition.source.events;
    for (int repeat = 1; repeat < options.repeats; ++repeat) {
      for (std::size_t i = 0; i < once.size(); ++i) {
        acquisition.source.add(once.crystal_a[i], once.crystal_b[i], once.tof_bin[i]);
      }
    }
    return acquisition.load(options.subsets);
  }
  recon::ImageGrid grid_of(const CaseOptions& options) const {
    recon::ImageGrid grid = acquisition.truth.grid;
    for (std::size_t a = 0; a < 3; ++a) {
      grid.shape[a] *= options.voxels_per_voxel;
      grid.voxel_size_mm[a] /= static_cast<float>(options.voxels_per_voxel);
    }
    return recon::centred_grid(grid.shape, grid.voxel_size_mm, {0, 0, 0});
  }
};

/// Root mean square, in parts of the other's mean.
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
