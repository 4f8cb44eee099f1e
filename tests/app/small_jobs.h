#pragma once

#include <QTemporaryDir>
#include <algorithm>
#include <filesystem>
#include <numeric>
#include <string>

#include "app/run_job.h"
#include "io/job.h"
#include "recon/reporter.h"

namespace coincide::tests {

inline double sum(const recon::Image& image) { return std::accumulate(image.values.begin(), image.values.end(), 0.0); }

/// A folder with small jobs and what they leave, for tests of whole runs.
class SmallJobs {
 protected:
  struct Size {
    std::int64_t voxels = 24;  ///< in x and y
    double voxel_mm = 5;
    double sensitivity_fraction = 0.02;
    double passes = 2;
    std::int64_t subsets = 2;
  };

  /// Coarse and quick.
  SmallJobs() = default;
  explicit SmallJobs(const Size& size) : size_(size) {}

  std::filesystem::path path(const char* name) const {
    return std::filesystem::path(folder_.path().toStdString()) / name;
  }

  io::Job job(const char* name) const {
    io::Job job;
    job.image.size = {size_.voxels, size_.voxels, 0};
    job.image.voxel_size_mm = {size_.voxel_mm, size_.voxel_mm, size_.voxel_mm};
    job.sensitivity.fraction = size_.sensitivity_fraction;
    job.sensitivity.cache_folder = path("cache");
    job.stop.passes = size_.passes;
    job.algorithm.subsets = size_.subsets;
    job.output.folder = path("results");
    job.output.name = name;
    return job;
  }

  /// The program's cylinder in its small scanner, named "simulated".
  app::RunResult simulate() {
    io::Job simulation = job("simulated");
    simulation.simulation.phantom = "cylinder";
    simulation.simulation.scanner = "small";
    simulation.simulation.duration_s = 0.2;
    return app::run_job(simulation, silent_);
  }

  /// Of what simulate() has left.
  io::Job reconstruction(const char* name) const {
    io::Job result = job(name);
    result.input.data = path("results/simulated.petsird");
    result.corrections.attenuation = path("results/simulated_mu.nii.gz");
    result.corrections.scatter = recon::ScatterMethod::none;  // as it was simulated
    return result;
  }

  static std::string record_of(const app::RunResult& result, const std::string& effect) {
    const auto& done = result.provenance.corrections;
    const auto found = std::ranges::find(done, effect, &std::pair<std::string, std::string>::first);
    return found == done.end() ? "" : found->second;
  }
  static bool warns(const app::RunResult& result, const std::string& words) {
    return std::ranges::any_of(result.provenance.warnings,
                               [&](const std::string& warning) { return warning.find(words) != std::string::npos; });
  }

  recon::Reporter silent_;

 private:
  QTemporaryDir folder_;
  Size size_;
};

}  // namespace coincide::tests
