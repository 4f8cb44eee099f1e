// How long a pass over a histogram takes with 1, 5 and 25 subsets: a subset must cost its share, where it
// has many LORs per voxel, as those of scanners have (some 150).

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <vector>

#include "recon/engine/engine.h"
#include "recon/measurement/histogram_measurements.h"
#include "recon/measurement/problem.h"
#include "support/pair_histogram.h"

namespace {

using namespace coincide;

constexpr int runs = 5;

/// Of the processor, on one thread, in the quickest of the runs: other programs make it slower, but not quicker. [s]
double seconds_of_pass(const recon::Histogram& histogram, const recon::ImageGrid& grid, int subsets) {
  const recon::HistogramMeasurements data(histogram, grid, subsets, 0);
  const recon::Problem problem{
      .data = data, .grid = grid, .sensitivity = std::vector<float>(static_cast<std::size_t>(grid.num_voxels()), 1)};
  const auto engine = recon::make_cpu_engine(problem, 1);
  recon::EngineImage x = engine->make_image(), back = engine->make_image();
  x.upload(problem.sensitivity.data());
  std::vector<double> seconds;
  for (int run = 0; run < runs; ++run) {
    const std::clock_t start = std::clock();
    double log_sum = 0;
    for (int subset = 0; subset < data.num_subsets(); ++subset) {
      engine->back_project(subset, x, back, log_sum, [](double) { return true; });
    }
    seconds.push_back(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return std::ranges::min(seconds);
}

}  // namespace

int main() {
  const recon::Scanner scanner =
      tests::small_scanner({.modules = 28, .transaxial = 7, .axial = 6, .radius_mm = 330, .turn_rad = 0.01F});
  recon::Histogram histogram = tests::pair_histogram(scanner, std::nullopt);
  std::ranges::fill(histogram.counts, 1.0F);
  std::ranges::fill(histogram.additive, 0.1F);
  const recon::ImageGrid grid = recon::centred_grid({60, 60, 10}, {8, 8, 4}, {0, 0, 0});
  fmt::print("{} LORs, {} voxels\nsubsets  s per pass  of one subset's\n", histogram.num_lors(), grid.num_voxels());
  double of_one = 0;
  for (const int subsets : {1, 5, 25}) {
    const double seconds = seconds_of_pass(histogram, grid, subsets);
    of_one = subsets == 1 ? seconds : of_one;
    fmt::print("{:7}  {:10.3f}  {:15.2f}\n", subsets, seconds, seconds / of_one);
  }
}
