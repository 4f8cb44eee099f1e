#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "projectors/projector.h"
#include "recon/engine/engine.h"
#include "recon/lors_added_well.h"
#include "recon/parallel.h"
#include "recon/psf.h"
#include "recon/resolution_model.h"

namespace coincide::recon {
namespace {

/// LORs that are projected at a time: enough for many cores, small against the memory.
constexpr std::int64_t block_lors = 1 << 18;

/// A x -> what is projected back, of some LORs, which begin at LOR `offset` of the block.
class RatioStep final : public projectors::ValueStep {
 public:
  RatioStep(const DataBlock& block, std::int64_t offset, std::int64_t count, Ratios ratios, float* kept)
      : block_(block),
        offset_(offset),
        ratios_(ratios),
        kept_(kept),
        log_sums_(static_cast<std::size_t>(count / part + 1)) {}

  void operator()(std::int64_t first, std::int64_t count, float* values) const override {
    const std::int64_t first_cell = (offset_ + first) * block_.cells_per_lor;
    double sum = 0;
    for (std::int64_t i = 0; i < count * block_.cells_per_lor; ++i) {
      const std::int64_t cell = first_cell + i;
      const float y = block_.counts != nullptr ? block_.counts[cell] : 1;
      const auto ratio = kernels::Ratio::of(y, block_.factor[cell], values[i], block_.additive[cell]);
      values[i] = ratio.projected_back(ratios_, kept_ + cell);
      sum += ratio.log_term([](double expected) { return std::log(expected); });
    }
    log_sums_[static_cast<std::size_t>(first / part)] = sum;
  }

  /// Of ln(m A x + b), added up in the order of the cells: the same bits for any number of threads.
  double log_sum() const { return std::accumulate(log_sums_.begin(), log_sums_.end(), 0.0); }

 private:
  static constexpr std::int64_t part = 256;  ///< LORs per call

  const DataBlock& block_;
  std::int64_t offset_;
  Ratios ratios_;
  float* kept_;  ///< of the whole block
  mutable std::vector<double> log_sums_;
};

class CpuEngine final : public Engine {
 public:
  CpuEngine(const Problem& problem, int num_threads)
      : problem_(problem),
        num_threads_(num_threads),
        projector_(problem.grid, {.num_threads = num_threads}),
        sensitivity_({}, problem.grid.num_voxels()) {
    sensitivity_.upload(problem.sensitivity.data());
    if (!problem.psf.is_none()) {
      psf_.emplace(problem.grid, problem.psf, num_threads);
      blurred_.resize(problem.sensitivity.size());
    }
  }

  const Problem& problem() const override { return problem_; }
  projectors::Device device() const override { return {}; }
  const EngineImage& sensitivity() const override { return sensitivity_; }

  bool back_project(int subset, const EngineImage& x, EngineImage& out, double& log_sum, const GoOn& go_on,
                    Ratios ratios) override;

  double sum(const EngineImage& x) const override {
    const float* values = x.data();
    return ordered_sum(x.size(), num_threads_, [values](std::int64_t i) { return double{values[i]}; });
  }
  double dot(const EngineImage& x, const EngineImage& y) const override {
    const float *a = x.data(), *b = y.data();
    return ordered_sum(x.size(), num_threads_, [a, b](std::int64_t i) { return double{a[i]} * b[i]; });
  }
  void smooth(const EngineImage& x, double fwhm_mm, EngineImage& out) const override {
    if (out.data() != x.data()) {
      std::copy_n(x.data(), x.size(), out.data());
    }
    GaussianFilter(problem_.grid, fwhm_mm, num_threads_).apply({out.data(), static_cast<std::size_t>(out.size())});
  }

  void apply_to(const kernels::VoxelStep& any_step, const kernels::StepImages& images) const override {
    std::visit(
        [&](const auto& step) {
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads_))
          for (std::int64_t i = 0; i < problem_.grid.num_voxels(); ++i) {
            step(images, i);
          }
        },
        any_step);
  }

 private:
  float* kept_ratios(int subset, std::int64_t cells);
  void move_to_whole(EngineImage& part);
  void project_block(const DataBlock& block, std::int64_t first, std::int64_t count, const float* x,
                     const RatioStep& step, float* out);

  const Problem& problem_;
  int num_threads_;
  projectors::Projector projector_;
  EngineImage sensitivity_;
  std::optional<ResolutionModel> psf_;
  std::vector<float> blurred_;
  std::vector<double> whole_;             ///< back projection of a subset, as long as one part follows another
  std::vector<std::vector<float>> kept_;  ///< ratios by subset; empty until some are kept
};

/// Of a subset, with room for its cells.
float* CpuEngine::kept_ratios(int subset, std::int64_t cells) {
  kept_.resize(static_cast<std::size_t>(problem_.data.num_subsets()));
  std::vector<float>& kept = kept_[static_cast<std::size_t>(subset)];
  kept.resize(static_cast<std::size_t>(cells));
  return kept.data();
}

bool CpuEngine::back_project(int subset, const EngineImage& x, EngineImage& out, double& log_sum, const GoOn& go_on,
                             Ratios ratios) {
  const DataBlock block = problem_.data.subset(subset);
  float* kept = ratios == Ratios::plain ? nullptr : kept_ratios(subset, block.size());
  if (psf_) {
    psf_->spread(x.data(), out.data(), blurred_.data());
  }
  out.clear();
  double sum = 0;
  const std::int64_t lors = block.lors.count;
  std::int64_t in_part = 0;
  whole_.clear();
  for (std::int64_t first = 0; first < lors; first += block_lors) {
    if (!go_on(static_cast<double>(first) / static_cast<double>(lors))) {
      return false;
    }
    if (in_part >= lors_added_well(problem_.grid)) {
      move_to_whole(out);
      in_part = 0;
    }
    const std::int64_t count = std::min(block_lors, lors - first);
    const RatioStep step(block, first, count, ratios, kept);
    project_block(block, first, count, psf_ ? blurred_.data() : x.data(), step, out.data());
    sum += step.log_sum();
    in_part += count;
  }
  if (!whole_.empty()) {
    move_to_whole(out);
    std::ranges::copy(whole_, out.data());
  }
  log_sum += sum;
  if (psf_) {
    psf_->gather(out.data(), blurred_.data(), out.data());
  }
  return true;
}

/// Empties a part of the sum into what is kept in double precision.
void CpuEngine::move_to_whole(EngineImage& part) {
  whole_.resize(static_cast<std::size_t>(part.size()));
  float* values = part.data();
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads_))
  for (std::int64_t i = 0; i < part.size(); ++i) {
    whole_[static_cast<std::size_t>(i)] += values[i];
    values[i] = 0;
  }
}

/// Adds A^T step(A x) of some LORs to `out`.
void CpuEngine::project_block(const DataBlock& block, std::int64_t first, std::int64_t count, const float* x,
                              const RatioStep& step, float* out) {
  projectors::Lors lors = block.lors;
  lors.count = count;
  lors.start_index += first;
  lors.end_index += first;
  const std::vector<projectors::TofBin>& bins = problem_.data.tof_bins();
  if (const std::optional<TofAxis>& axis = problem_.data.tof_axis()) {
    projector_.forward_back(lors, axis->bins(), x, step, out);
  } else if (!bins.empty()) {
    const projectors::TofTable tof{
        .bins = bins.data(), .bin_index = block.tof_bin + first, .num_bins = std::ssize(bins)};
    projector_.forward_back(lors, tof, x, step, out);
  } else {
    projector_.forward_back(lors, projectors::NoTof{}, x, step, out);
  }
}

}  // namespace

std::unique_ptr<Engine> make_cpu_engine(const Problem& problem, int num_threads) {
  return std::make_unique<CpuEngine>(problem, num_threads);
}

}  // namespace coincide::recon
