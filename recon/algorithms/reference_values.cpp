#include "recon/algorithms/reference_values.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "recon/engine/engine.h"
#include "recon/measurement/thinned_measurements.h"
#include "recon/psf.h"

namespace coincide::recon {
namespace {

constexpr double voxel_mm = 10;
constexpr std::uint64_t lors = 100'000;
constexpr int iterations = 20;

/// Voxels of about 10 mm, each so many of the fine ones together.
std::array<std::int64_t, 3> voxels_together(const ImageGrid& grid) {
  std::array<std::int64_t, 3> together{};
  for (std::size_t a = 0; a < 3; ++a) {
    together[a] = std::max<std::int64_t>(1, std::llround(voxel_mm / double{grid.voxel_size_mm[a]}));
  }
  return together;
}

ImageGrid coarse_grid(const ImageGrid& fine, const std::array<std::int64_t, 3>& together) {
  ImageGrid grid = fine;
  for (std::size_t a = 0; a < 3; ++a) {
    grid.shape[a] = (fine.shape[a] + together[a] - 1) / together[a];
    grid.voxel_size_mm[a] = fine.voxel_size_mm[a] * static_cast<float>(together[a]);
    grid.origin_mm[a] = fine.origin_mm[a] + 0.5F * (grid.voxel_size_mm[a] - fine.voxel_size_mm[a]);
  }
  return grid;
}

/// Each coarse voxel sees what its fine ones see together.
std::vector<float> added_up(const Problem& problem, const ImageGrid& coarse,
                            const std::array<std::int64_t, 3>& together) {
  std::vector<float> sums(static_cast<std::size_t>(coarse.num_voxels()));
  const auto& shape = problem.grid.shape;
  const float* value = problem.sensitivity.data();
  for (std::int64_t i = 0; i < shape[0]; ++i) {
    for (std::int64_t j = 0; j < shape[1]; ++j) {
      const std::int64_t row = (i / together[0] * coarse.shape[1] + j / together[1]) * coarse.shape[2];
      for (std::int64_t k = 0; k < shape[2]; ++k) {
        sums[static_cast<std::size_t>(row + k / together[2])] += *value++;
      }
    }
  }
  return sums;
}

/// Half of the activity lies in voxels above it.
double median_of_activity(const std::vector<float>& x, const std::vector<float>& sensitivity) {
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return x[i]; });
  const double all = std::inner_product(x.begin(), x.end(), sensitivity.begin(), 0.0);
  double below = 0;
  for (const std::size_t i : order) {
    below += double{x[i]} * sensitivity[i];
    if (below >= all / 2) {
      return x[i];
    }
  }
  return 0;
}

/// Of x weighted with the sensitivity, where smooth x is above the level.
double mean_above(double level, const std::vector<float>& smooth, const std::vector<float>& x,
                  const std::vector<float>& sensitivity) {
  double sum = 0, weight = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (smooth[i] > level) {
      sum += double{x[i]} * sensitivity[i];
      weight += sensitivity[i];
    }
  }
  return weight > 0 ? sum / weight : 0;
}

std::vector<float> quick_look(const Problem& coarse, int num_threads, Communicator& ranks) {
  const std::unique_ptr<Engine> engine = share_out(make_cpu_engine(coarse, num_threads), ranks);
  const double seen = std::accumulate(coarse.sensitivity.begin(), coarse.sensitivity.end(), 0.0);
  const double start = ranks.sum(total_counts(coarse.data)) / (coarse.data.share(0) * seen);
  std::vector<float> values(coarse.sensitivity.size(), static_cast<float>(start));
  EngineImage x = engine->make_image();
  x.upload(values.data());
  for (int iteration = 0; iteration < iterations; ++iteration) {
    double ignored = 0;
    engine->back_project(0, x, engine->scratch(0), ignored, [](double) { return true; });
    engine->apply(kernels::EmStep{coarse.data.share(0)}, x, engine->scratch(0), engine->sensitivity());
  }
  x.download(values.data());
  std::ranges::transform(values, coarse.sensitivity, values.begin(), [](float v, float s) { return s > 0 ? v : 0; });
  return values;
}

}  // namespace

ReferenceValues reference_values(const Problem& problem, int num_threads, Communicator& ranks) {
  constexpr double part_of_median = 0.25, smoothing_mm = 10;
  const std::array<std::int64_t, 3> together = voxels_together(problem.grid);
  const ThinnedMeasurements data(problem.data, lors, 1, ranks);
  const ImageGrid grid = coarse_grid(problem.grid, together);
  const Problem coarse{.data = data, .grid = grid, .sensitivity = added_up(problem, grid, together)};
  const std::vector<float> x = quick_look(coarse, num_threads, ranks);
  std::vector<float> smooth = x;
  GaussianFilter(grid, smoothing_mm, num_threads).apply(smooth);
  const double level = part_of_median * median_of_activity(smooth, coarse.sensitivity);
  return ranks.of_first(ReferenceValues{.in_object = mean_above(level, smooth, x, coarse.sensitivity),
                                        .everywhere = mean_above(-1, smooth, x, coarse.sensitivity)});
}

}  // namespace coincide::recon
