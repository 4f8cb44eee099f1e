#include "recon/osem.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <optional>
#include <string_view>

#include "projectors/error.h"
#include "recon/attenuation.h"
#include "recon/parallel.h"
#include "recon/psf.h"

namespace coincide::recon {
namespace {

/// Events that are projected at a time: enough for many cores, small against the memory.
constexpr std::int64_t block_events = 1 << 18;

constexpr std::string_view stage = "reconstruction";

projectors::Lors lors_of(const PromptColumns& columns, const Scanner& scanner, std::int64_t first, std::int64_t count) {
  const float* centres_mm = scanner.crystal_centre_mm.front().data();
  return {.start_mm = centres_mm,
          .end_mm = centres_mm,
          .count = count,
          .start_index = columns.crystal_a.data() + first,
          .end_index = columns.crystal_b.data() + first};
}

void check(ListmodeData& data, const Image& sensitivity, const Image& start, const OsemOptions& options) {
  if (options.iterations < 0) {
    throw InputError(fmt::format("the number of iterations is {}: it must be 0 or more", options.iterations));
  }
  if (options.subsets != data.num_subsets()) {
    throw InputError(fmt::format("{} subsets are asked for but the events were loaded in {}: load them again",
                                 options.subsets, data.num_subsets()));
  }
  if (!(sensitivity.grid == start.grid)) {
    throw InputError("the sensitivity image and the start image have different grids: make them on the same one");
  }
  const auto voxels = static_cast<std::size_t>(start.grid.num_voxels());
  if (sensitivity.values.size() != voxels || start.values.size() != voxels) {
    throw InputError(fmt::format("the grid has {} voxels but the sensitivity image {} values and the start image {}",
                                 voxels, sensitivity.values.size(), start.values.size()));
  }
  const auto possible = [](float value) { return value >= 0 && std::isfinite(value); };
  for (const Image* image : {&sensitivity, &start}) {
    const auto wrong = std::ranges::find_if_not(image->values, possible);
    if (wrong != image->values.end()) {
      throw InputError(fmt::format("the {} image holds the value {}: all must be finite and not negative",
                                   image == &start ? "start" : "sensitivity", *wrong));
    }
  }
}

/// A x -> m / (m A x + b) of a block of events, which begins at event `offset` of the columns. Events that the model
/// calls impossible, with nothing expected on their LOR, count for neither the image nor the likelihood.
class Ratio final : public projectors::ValueStep {
 public:
  Ratio(const PromptColumns& columns, std::int64_t offset, std::int64_t count)
      : columns_(columns), offset_(offset), log_sums_(static_cast<std::size_t>(count / part + 1)) {}

  void operator()(std::int64_t first, std::int64_t count, float* values) const override {
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const auto event = static_cast<std::size_t>(offset_ + first + i);
      const float m = columns_.factor[event];
      const float expected = m * values[i] + columns_.additive[event];
      values[i] = expected > 0 ? m / expected : 0;
      sum += expected > 0 ? std::log(double{expected}) : 0;
    }
    log_sums_[static_cast<std::size_t>(first / part)] = sum;
  }

  /// Of ln(m A x + b), added up in the order of the events: the same bits for any number of threads.
  double log_sum() const { return std::accumulate(log_sums_.begin(), log_sums_.end(), 0.0); }

 private:
  static constexpr std::int64_t part = 256;  ///< events per call

  const PromptColumns& columns_;
  std::int64_t offset_;
  mutable std::vector<double> log_sums_;
};

/// The state of a reconstruction.
class Osem {
 public:
  Osem(ListmodeData& data, const Scanner& scanner, const Image& sensitivity, const Image& start, bool tof,
       const OsemOptions& options, Reporter& reporter)
      : data_(data),
        scanner_(scanner),
        tof_bins_(tof ? scanner.tof_bins_of_model() : std::vector<TofBin>{}),
        options_(options),
        reporter_(reporter),
        projector_(start.grid, {.num_threads = options.num_threads}),
        sensitivity_(sensitivity.values),
        backprojection_(sensitivity_.size()) {
    result_.image = start;
    if (options.psf_fwhm_mm != 0) {
      psf_.emplace(start.grid, options.psf_fwhm_mm, options.num_threads);
      psf_->apply(sensitivity_);
    }
    // Voxels that nothing sees would keep their start value for ever.
    for (std::size_t i = 0; i < sensitivity_.size(); ++i) {
      result_.image.values[i] = sensitivity_[i] > 0 ? result_.image.values[i] : 0;
    }
  }

  OsemResult run();

 private:
  bool run_iteration(int iteration);
  bool run_subset(int iteration, int subset);
  void project_block(const PromptColumns& columns, std::int64_t first, std::int64_t count, const float* blurred);
  void update(double share);
  double expected_counts() const;

  std::int64_t num_voxels() const { return static_cast<std::int64_t>(sensitivity_.size()); }

  ListmodeData& data_;
  const Scanner& scanner_;
  std::vector<TofBin> tof_bins_;  ///< empty: without TOF
  OsemOptions options_;
  Reporter& reporter_;
  projectors::Projector projector_;
  std::optional<GaussianFilter> psf_;
  std::vector<float> sensitivity_;  ///< with the resolution model
  std::vector<float> backprojection_;
  double log_sum_ = 0;  ///< of ln(m A x + b), over the pass so far
  OsemResult result_;
};

OsemResult Osem::run() {
  if (options_.iterations > 0) {
    data_.sort_for(result_.image.grid, scanner_, options_.num_threads, reporter_);
  }
  for (int iteration = 0; iteration < options_.iterations; ++iteration) {
    if (!run_iteration(iteration)) {
      result_.stopped = true;
      break;
    }
  }
  result_.image.description =
      fmt::format("Coincide, {}, {:.4g} iterations, {} subsets", options_.subsets == 1 ? "MLEM" : "OSEM",
                  result_.iterations_done, options_.subsets);
  return std::move(result_);
}

/// False if the reporter asked to stop.
bool Osem::run_iteration(int iteration) {
  const auto start = std::chrono::steady_clock::now();
  const double counts_before = expected_counts();
  log_sum_ = 0;
  reporter_.progress(stage, static_cast<double>(iteration) / options_.iterations);
  reporter_.step(fmt::format("iteration {} of {}", iteration + 1, options_.iterations));
  for (int subset = 0; subset < options_.subsets; ++subset) {
    if (!run_subset(iteration, subset)) {
      return false;
    }
    result_.iterations_done = iteration + (subset + 1.0) / options_.subsets;
    const bool is_last = subset + 1 == options_.subsets;
    if (options_.report_every_subset && !is_last) {
      reporter_.intermediate_image(result_.image, result_.iterations_done);
    }
  }
  const std::vector<float>& x = result_.image.values;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  result_.figures.push_back(
      {.iteration = result_.iterations_done,
       .log_likelihood = log_sum_ - counts_before,
       .image_sum = ordered_sum(num_voxels(), options_.num_threads, [&](std::int64_t i) { return double{x[i]}; }),
       .expected_counts = expected_counts(),
       .seconds = elapsed.count()});
  reporter_.figures(result_.figures.back());
  reporter_.intermediate_image(result_.image, result_.iterations_done);
  return true;
}

/// One update of the image; false, with the image as it was, if the reporter asked to stop.
bool Osem::run_subset(int iteration, int subset) {
  const PromptColumns columns = data_.subset(subset);
  const auto events = static_cast<std::int64_t>(columns.size());
  std::vector<float> blurred;
  if (psf_) {
    blurred = result_.image.values;
    psf_->apply(blurred);
  }
  std::ranges::fill(backprojection_, 0.0F);
  for (std::int64_t first = 0; first < events; first += block_events) {
    if (reporter_.stop_requested()) {
      return false;
    }
    const std::int64_t count = std::min(block_events, events - first);
    project_block(columns, first, count, psf_ ? blurred.data() : result_.image.values.data());
    const double of_subset = static_cast<double>(first + count) / static_cast<double>(events);
    const double of_iteration = (subset + of_subset) / options_.subsets;
    reporter_.progress(stage, (iteration + of_iteration) / options_.iterations);
  }
  if (psf_) {
    psf_->apply(backprojection_);
  }
  if (events > 0) {
    update(static_cast<double>(events) / static_cast<double>(data_.num_prompts()));
  }
  return true;
}

/// Adds A^T (m / (m A x + b)) of some events to the back projection.
void Osem::project_block(const PromptColumns& columns, std::int64_t first, std::int64_t count, const float* blurred) {
  const projectors::Lors lors = lors_of(columns, scanner_, first, count);
  const Ratio ratio(columns, first, count);
  if (!tof_bins_.empty()) {
    const projectors::TofTable tof{
        .bins = tof_bins_.data(), .bin_index = columns.tof_bin.data() + first, .num_bins = std::ssize(tof_bins_)};
    projector_.forward_back(lors, tof, blurred, ratio, backprojection_.data());
  } else {
    projector_.forward_back(lors, projectors::NoTof{}, blurred, ratio, backprojection_.data());
  }
  log_sum_ += ratio.log_sum();
}

/// x <- x / s * back projection, s the subset's `share` of the sensitivity.
void Osem::update(double share) {
  std::vector<float>& x = result_.image.values;
#pragma omp parallel for schedule(static) num_threads(thread_count(options_.num_threads))
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (sensitivity_[i] > 0) {
      x[i] = static_cast<float>(x[i] * (backprojection_[i] / (share * sensitivity_[i])));
    }
  }
}

double Osem::expected_counts() const {
  const std::vector<float>& x = result_.image.values;
  return ordered_sum(num_voxels(), options_.num_threads,
                     [&](std::int64_t i) { return double{x[i]} * sensitivity_[i]; });
}

}  // namespace

void multiply_attenuation(ListmodeData& data, const Scanner& scanner, const Image& attenuation, int num_threads,
                          Reporter& reporter) {
  AttenuationFactors factors(attenuation, num_threads);
  std::uint64_t done = 0;
  for (int subset = 0; subset < data.num_subsets(); ++subset) {
    const PromptColumns columns = data.subset(subset);
    const auto events = static_cast<std::int64_t>(columns.size());
    for (std::int64_t first = 0; first < events; first += block_events) {
      const std::int64_t count = std::min(block_events, events - first);
      factors.multiply(lors_of(columns, scanner, first, count), columns.factor.data() + first);
      done += static_cast<std::uint64_t>(count);
      reporter.progress("attenuation", static_cast<double>(done) / static_cast<double>(data.num_prompts()));
    }
  }
}

OsemResult osem(ListmodeData& data, const Scanner& scanner, const Image& sensitivity, const Image& start, bool tof,
                const OsemOptions& options, Reporter& reporter) {
  check(data, sensitivity, start, options);
  return Osem(data, scanner, sensitivity, start, tof, options, reporter).run();
}

}  // namespace coincide::recon
