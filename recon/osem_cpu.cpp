#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "projectors/projector.h"
#include "recon/osem_engine.h"
#include "recon/parallel.h"
#include "recon/psf.h"

namespace coincide::recon {
namespace {

/// Events that are projected at a time: enough for many cores, small against the memory.
constexpr std::int64_t block_events = 1 << 18;

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

class CpuEngine final : public OsemEngine {
 public:
  CpuEngine(const OsemInput& input, Image& image)
      : input_(input),
        image_(image),
        projector_(image.grid, {.num_threads = input.options.num_threads}),
        backprojection_(image.values.size()) {
    if (input.options.psf_fwhm_mm != 0) {
      psf_.emplace(image.grid, input.options.psf_fwhm_mm, input.options.num_threads);
    }
  }

  bool run_subset(int subset, const std::function<bool(double)>& go_on) override;
  double take_log_sum() override { return std::exchange(log_sum_, 0.0); }
  double image_sum() const override {
    return sum([&](std::int64_t i) { return double{image_.values[i]}; });
  }
  double expected_counts() const override {
    return sum([&](std::int64_t i) { return double{image_.values[i]} * input_.sensitivity[i]; });
  }
  void fetch(std::vector<float>&) const override {}  // it is there

 private:
  void project_block(const PromptColumns& columns, std::int64_t first, std::int64_t count, const float* blurred);
  void update(double share);

  template <class Term>
  double sum(const Term& term) const {
    return ordered_sum(std::ssize(image_.values), input_.options.num_threads, term);
  }

  const OsemInput& input_;
  Image& image_;
  projectors::Projector projector_;
  std::optional<GaussianFilter> psf_;
  std::vector<float> backprojection_;
  double log_sum_ = 0;
};

bool CpuEngine::run_subset(int subset, const std::function<bool(double)>& go_on) {
  const PromptColumns columns = input_.data.subset(subset);
  const auto events = static_cast<std::int64_t>(columns.size());
  std::vector<float> blurred;
  if (psf_) {
    blurred = image_.values;
    psf_->apply(blurred);
  }
  std::ranges::fill(backprojection_, 0.0F);
  for (std::int64_t first = 0; first < events; first += block_events) {
    if (!go_on(static_cast<double>(first) / static_cast<double>(events))) {
      return false;
    }
    const std::int64_t count = std::min(block_events, events - first);
    project_block(columns, first, count, psf_ ? blurred.data() : image_.values.data());
  }
  if (psf_) {
    psf_->apply(backprojection_);
  }
  if (events > 0) {
    update(static_cast<double>(events) / static_cast<double>(input_.data.num_prompts()));
  }
  return true;
}

/// Adds A^T (m / (m A x + b)) of some events to the back projection.
void CpuEngine::project_block(const PromptColumns& columns, std::int64_t first, std::int64_t count,
                              const float* blurred) {
  const projectors::Lors lors = lors_of(columns, input_.scanner, first, count);
  const Ratio ratio(columns, first, count);
  if (!input_.tof_bins.empty()) {
    const projectors::TofTable tof{.bins = input_.tof_bins.data(),
                                   .bin_index = columns.tof_bin.data() + first,
                                   .num_bins = std::ssize(input_.tof_bins)};
    projector_.forward_back(lors, tof, blurred, ratio, backprojection_.data());
  } else {
    projector_.forward_back(lors, projectors::NoTof{}, blurred, ratio, backprojection_.data());
  }
  log_sum_ += ratio.log_sum();
}

/// x <- x / s * back projection, s the subset's `share` of the sensitivity.
void CpuEngine::update(double share) {
  std::vector<float>& x = image_.values;
  const std::vector<float>& sensitivity = input_.sensitivity;
#pragma omp parallel for schedule(static) num_threads(thread_count(input_.options.num_threads))
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (sensitivity[i] > 0) {
      x[i] = static_cast<float>(x[i] * (backprojection_[i] / (share * sensitivity[i])));
    }
  }
}

}  // namespace

std::unique_ptr<OsemEngine> make_cpu_engine(const OsemInput& input, Image& start) {
  return std::make_unique<CpuEngine>(input, start);
}

}  // namespace coincide::recon
