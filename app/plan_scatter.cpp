#include "app/plan_scatter.h"

#include <algorithm>
#include <optional>

#include "recon/pipeline/scatter.h"
#include "recon/scatter/scatter_cost.h"
#include "recon/scatter/scatter_rounds.h"
#include "recon/scatter/scatter_sampling.h"

namespace coincide::app {
namespace {

/// Of the job, or as a simulation will make it.
std::optional<recon::Image> attenuation_of(const io::Job& job, const JobSetup& setup) {
  if (!setup.phantom) {
    return setup.attenuation;
  }
  if (!job.simulation.attenuation || !job.simulation.scatter) {
    return std::nullopt;
  }
  constexpr double voxel_mm = 8;
  return recon::attenuation_image(*setup.phantom, recon::coarse_grid(setup.grid, voxel_mm),
                                  setup.scanner().centre_mm());
}

}  // namespace

ScatterPlan plan_scatter(const io::Job& job, const JobSetup& setup, std::uint64_t rows, double pass_s,
                         double attenuation_s) {
  if (job.corrections.scatter == recon::ScatterMethod::none) {
    return {};
  }
  const std::optional<recon::Image> attenuation = attenuation_of(job, setup);
  if (!attenuation || !recon::why_no_scatter(setup.scanner(), job.corrections, true).empty()) {
    return {};
  }
  // Each event or bin is looked up once in the end; attenuation is then taken out of m of bins.
  constexpr double lookup_passes = 0.5;
  const double lookup_s = (setup.histogram ? attenuation_s : 0) + lookup_passes * pass_s;
  if (setup.scatter) {
    return {.seconds = lookup_s};
  }
  const recon::ScatterCost one = recon::scatter_cost(setup.scanner(), *attenuation, setup.uses_tof(job), setup.device,
                                                     static_cast<int>(job.compute.threads));
  const double sampled = std::min(1.0, recon::scatter_sample_lors / std::max<double>(1, static_cast<double>(rows)));
  return {
      .seconds = recon::most_scatter_rounds * one.seconds + recon::scatter_sample_passes * sampled * pass_s + lookup_s,
      .bytes = one.bytes,
      .gpu_bytes = one.gpu_bytes};
}

}  // namespace coincide::app
