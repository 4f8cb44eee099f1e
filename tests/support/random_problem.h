#pragma once

#include <cmath>
#include <optional>
#include <random>

#include "recon/algorithms/prior_term.h"
#include "recon/algorithms/reference_values.h"
#include "recon/measurement/histogram_measurements.h"
#include "recon/measurement/histogram_sensitivity.h"
#include "support/acquisition.h"
#include "support/pair_histogram.h"

namespace coincide::tests {

/// A small histogram of Poisson counts, all about which is drawn at random: 1e2 to 1e6 expected counts, up to 10 times
/// as many of them from the background as from the image, crystals of efficiency 0, TOF, prior, its strength, subsets.
struct RandomProblem {
  explicit RandomProblem(unsigned seed) : random(seed), histogram(draw_bins()) {
    const int subsets = 1 + static_cast<int>(random() % 20);
    recon::Reporter silent;
    const auto sensitivity = recon::histogram_sensitivity(histogram, grid, subsets, {.num_threads = 1}, silent);
    measurements.emplace(histogram, grid, subsets, 1);
    problem.emplace(recon::make_problem(*measurements, nullptr, sensitivity, 0, 1));
    prior = {.name = static_cast<recon::PriorName>(1 + random() % 5), .strength = std::pow(10, 8 * uniform() - 4)};
  }

  double objective(const Image& image) const {
    const auto engine = recon::make_cpu_engine(*problem, 1);
    recon::EngineImage x = engine->make_image();
    x.upload(image.values.data());
    double log_sum = 0;
    for (int subset = 0; subset < measurements->num_subsets(); ++subset) {
      engine->back_project(subset, x, engine->scratch(0), log_sum, [](double) { return true; });
    }
    recon::PriorTerm term(prior);
    term.attach(*engine, recon::reference_values(*problem, 1).in_object, 1);
    return log_sum - engine->dot(x, engine->sensitivity()) - term.value(x);
  }

  std::mt19937 random;
  recon::ImageGrid grid = two_hot_voxels().grid;
  recon::Histogram histogram;
  std::optional<recon::HistogramMeasurements> measurements;
  std::optional<recon::Problem> problem;
  recon::PriorOptions prior;

 private:
  double uniform() { return std::uniform_real_distribution<double>(0, 1)(random); }

  recon::Histogram draw_bins() {
    std::optional<recon::TofAxis> axis;
    if (random() % 2 == 0) {
      axis = recon::TofAxis{.num_bins = 5, .bin_width_mm = 40, .sigma_mm = 20, .num_sigmas = 3};
    }
    recon::Histogram bins = pair_histogram(small_scanner(), axis);
    if (random() % 3 == 0) {
      leave_out_crystals(bins);
    }
    Image image = two_hot_voxels();
    for (float& value : image.values) {
      value *= static_cast<float>(random() % 2 == 0 ? 2 * uniform() : uniform() < 0.2);  // noisy, or a few points
    }
    expect_counts(bins, image);
    const double trues = std::accumulate(bins.counts.begin(), bins.counts.end(), 0.0);
    const double counts = std::pow(10, 2 + 4 * uniform()), background = random() % 3 == 0 ? 0 : 10 * uniform();
    const double per_true = counts / (1 + background) / trues;
    for (std::size_t i = 0; i < bins.counts.size(); ++i) {
      bins.factor[i] *= static_cast<float>(per_true);
      bins.additive[i] =
          static_cast<float>(counts * background / (1 + background) / static_cast<double>(bins.counts.size()));
      const double expected = per_true * double{bins.counts[i]} + double{bins.additive[i]};
      bins.counts[i] = static_cast<float>(std::poisson_distribution<int>(expected)(random));
    }
    return bins;
  }

  static void leave_out_crystals(recon::Histogram& bins) {
    for (std::size_t i = 0; i < bins.factor.size(); ++i) {
      const std::size_t lor = i / static_cast<std::size_t>(bins.bins_per_lor());
      if (bins.start[lor] % 11 == 0 || bins.end[lor] % 11 == 0) {
        bins.factor[i] = 0;
      }
    }
  }
};

}  // namespace coincide::tests
