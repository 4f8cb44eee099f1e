#include "recon/scatter/single_scatter.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "recon/parallel.h"
#include "recon/scatter/pair_sums.h"

namespace coincide::recon {
namespace {

/// Of the places along a LOR, for TOF bins of these resolutions: their kernels are sums over the steps, which blur by
/// less than the least of them.
double profile_step_mm(const std::vector<float>& sigmas_mm) {
  constexpr double coarsest_mm = 12.5;
  constexpr double finest_mm = 2;
  return sigmas_mm.empty() ? coarsest_mm
                           : std::clamp(*std::ranges::min_element(sigmas_mm) / 2.0, finest_mm, coarsest_mm);
}

TofPositions tof_positions(const VirtualCylinder& cylinder, const std::vector<float>& sigmas_mm) {
  if (sigmas_mm.empty()) {
    return {};
  }
  const double step_mm = profile_step_mm(sigmas_mm);
  const double reach_mm = std::hypot(cylinder.size().radius_mm, cylinder.size().half_length_mm);
  return {.step_mm = step_mm, .each_side = static_cast<std::int32_t>(std::ceil(reach_mm / step_mm))};
}

/// What is alike for all scatter points: the length of the LOR and its own incidence, which m holds.
float pair_geometry(const NodeTable& nodes, std::size_t a, std::size_t b) {
  const auto vector = [](const std::vector<double>& values, std::size_t node) {
    return Eigen::Map<const Eigen::Vector3d>(values.data() + 3 * node);
  };
  const Eigen::Vector3d way = vector(nodes.place_mm, b) - vector(nodes.place_mm, a);
  const double length2 = way.squaredNorm();
  const double cosines = way.dot(vector(nodes.normal, a)) * -way.dot(vector(nodes.normal, b)) / length2;
  constexpr double least = 1e-3;  // nodes above each other on one side see nothing between them
  return cosines > least ? static_cast<float>(length2 / cosines) : 0;
}

void multiply_geometry(const PairSumsInput& input, int num_threads, std::vector<float>& sums) {
  const std::uint32_t nodes = input.nodes.count();
  const auto count = static_cast<std::size_t>(input.positions.count());
  parallel_for(nodes - 1, num_threads, [&](std::int64_t i) {
    const auto a = static_cast<std::uint32_t>(i);
    float* row = sums.data() + ScatterEstimate::first_pair(a, nodes) * count;
    for (std::uint32_t b = a + 1; b < nodes; ++b, row += count) {
      const float geometry = pair_geometry(input.nodes, a, b);
      std::transform(row, row + count, row, [geometry](float value) { return geometry * value; });
    }
  });
}

/// This process's share of scatter points.
struct OwnPoints {
  OwnPoints(const std::vector<ScatterPoint>& all, const Communicator& ranks) {
    for (auto i = static_cast<std::size_t>(ranks.rank()); i < all.size(); i += static_cast<std::size_t>(ranks.size())) {
      place_mm.insert(place_mm.end(), all[i].place_mm.begin(), all[i].place_mm.end());
      weight_mm2.push_back(static_cast<float>(all[i].weight_mm2));
    }
  }
  PointColumns some(std::size_t first, std::size_t count) const {
    return {.place_mm = std::span(place_mm).subspan(3 * first, 3 * count),
            .weight_mm2 = std::span(weight_mm2).subspan(first, count)};
  }

  std::vector<double> place_mm;
  std::vector<float> weight_mm2;
};

}  // namespace

ScatterEstimate single_scatter(const Image& activity, const Image& attenuation, const std::vector<ScatterPoint>& points,
                               const VirtualCylinder& cylinder, const SingleScatterOptions& options,
                               Reporter& reporter) {
  Communicator& ranks = *options.ranks;
  const OwnPoints own(points, ranks);
  const NodeTable nodes(cylinder);
  const double step_mm = profile_step_mm(options.sigmas_mm);
  const PairSumsInput input{.matter = Matter(activity, attenuation),
                            .nodes = nodes,
                            .angles = ScatterAngles(options.window),
                            .step_mm = step_mm,
                            .most_steps = most_profile_steps(own.place_mm, nodes, step_mm),
                            .positions = tof_positions(cylinder, options.sigmas_mm),
                            .has_tof = !options.sigmas_mm.empty()};
  const std::unique_ptr<PairSums> sums = options.device.kind == projectors::DeviceKind::cuda
                                             ? make_cuda_pair_sums(input, options.device.index)
                                             : make_cpu_pair_sums(input, options.num_threads);
  const std::size_t count = own.weight_mm2.size();
  for (std::size_t first = 0; first < count && !reporter.stop_requested(); first += PairSums::most_points) {
    sums->add(own.some(first, std::min(PairSums::most_points, count - first)));
    reporter.progress("scatter", static_cast<double>(first) / static_cast<double>(count));
  }
  std::vector<float> of_pairs = sums->take();
  ranks.sum(of_pairs);
  multiply_geometry(input, options.num_threads, of_pairs);
  return {cylinder, input.positions, of_pairs, options.sigmas_mm, options.num_threads};
}

std::uint64_t single_scatter_gpu_bytes(const ImageGrid& grid, const std::vector<ScatterPoint>& points,
                                       const VirtualCylinder& cylinder, const std::vector<float>& sigmas_mm) {
  const NodeTable nodes(cylinder);
  const OwnPoints all(points, no_others());
  return cuda_pair_sums_bytes(grid.num_voxels(), nodes.count(),
                              most_profile_steps(all.place_mm, nodes, profile_step_mm(sigmas_mm)),
                              tof_positions(cylinder, sigmas_mm));
}

}  // namespace coincide::recon
