#include "recon/scatter/scatter_cost.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <set>

#include "recon/resample.h"
#include "recon/scatter/pair_sums.h"
#include "recon/scatter/scatter_sampling.h"
#include "recon/scatter/single_scatter.h"

namespace coincide::recon {
namespace {

std::vector<float> resolutions_mm(const Scanner& scanner) {
  std::set<float> sigmas;
  for (const projectors::TofBin& bin : scanner.tof_bins) {
    sigmas.insert(bin.sigma_mm);
  }
  return {sigmas.begin(), sigmas.end()};
}

}  // namespace

ScatterCost scatter_cost(const Scanner& scanner, const Image& attenuation, bool tof, projectors::Device device,
                         int num_threads) {
  const VirtualCylinder all = VirtualCylinder::in_bore(scanner);
  const ScatterSampling sampling = ScatterSampling::in_bore(all.size().radius_mm);
  const Image mu = resampled(attenuation, coarse_grid(attenuation.grid, sampling.voxel_mm), num_threads);
  std::vector<ScatterPoint> points = scatter_points(mu, sampling.cell_mm);
  if (points.empty()) {
    return {};
  }
  const std::vector<float> sigmas_mm = tof ? resolutions_mm(scanner) : std::vector<float>{};
  const bool on_gpu = device.kind == projectors::DeviceKind::cuda;
  const std::uint64_t gpu_bytes = on_gpu ? single_scatter_gpu_bytes(mu.grid, points, all, sigmas_mm) : 0;
  if (on_gpu && !why_no_room_on_gpu(gpu_bytes, device.index).empty()) {
    device = {};  // as the run will
  }
  const auto all_points = static_cast<double>(points.size());
  constexpr std::size_t enough_points = 200;
  points.resize(std::min(points.size(), enough_points));
  VirtualCylinder::Size size = all.size();
  size.per_ring = 16;
  const VirtualCylinder few(all.middle_mm(), all.axis(), all.zero(), size);
  const SingleScatterOptions options{
      .window = {.lowest_kev = 425, .highest_kev = 650, .resolution = usual_energy_resolution},
      .sigmas_mm = sigmas_mm,
      .num_threads = num_threads,
      .device = device};
  Reporter silent;
  std::optional<ScatterEstimate> estimate;
  double seconds = std::numeric_limits<double>::infinity();
  for (int run = 0; run < 3; ++run) {  // other programs make them slower
    const auto start = std::chrono::steady_clock::now();
    estimate = single_scatter(mu, mu, points, few, options, silent);
    seconds = std::min(seconds, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  const auto pairs = [](const VirtualCylinder& cylinder) {
    return static_cast<double>(ScatterEstimate::num_pairs(cylinder.num_nodes()));
  };
  const double per_pair = static_cast<double>(estimate->positions().count()) *
                          static_cast<double>(1 + std::max<std::size_t>(1, sigmas_mm.size()));
  return {.seconds = seconds * pairs(all) / pairs(few) * all_points / static_cast<double>(points.size()),
          .bytes = static_cast<std::uint64_t>(sizeof(float) * pairs(all) * per_pair),
          .gpu_bytes = gpu_bytes};
}

}  // namespace coincide::recon
