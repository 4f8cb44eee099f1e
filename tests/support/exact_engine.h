#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <vector>

#include "recon/engine/engine.h"
#include "recon/measurement/histogram_sensitivity.h"
#include "recon/measurement/histogram_subsets.h"
#include "support/exact_line.h"

namespace coincide::tests {

/// The projector of another kind: exact lengths of thin lines through voxels, kept as a matrix of the LORs of some
/// measurements without TOF, and sums in double precision.
class ExactLines {
 public:
  /// `mask`: 1 in voxels that there are, 0 in others.
  ExactLines(const recon::Measurements& data, const recon::ImageGrid& grid, const std::vector<float>& mask)
      : subsets_(static_cast<std::size_t>(data.num_subsets())) {
#pragma omp parallel for schedule(dynamic)
    for (int subset = 0; subset < data.num_subsets(); ++subset) {
      subsets_[static_cast<std::size_t>(subset)] = rows_of(data.subset(subset).lors, grid, mask);
    }
  }

  /// A x of one of a subset's LORs.
  double forward(int subset, std::int64_t lor, const float* x) const {
    double sum = 0;
    for_each(subset, lor, [&](std::uint32_t voxel, float length_mm) { sum += double{length_mm} * x[voxel]; });
    return sum;
  }
  /// Adds A^T of a value of one LOR.
  void add_back(int subset, std::int64_t lor, double value, std::vector<double>& out) const {
    for_each(subset, lor, [&](std::uint32_t voxel, float length_mm) { out[voxel] += value * length_mm; });
  }

 private:
  struct Rows {
    std::vector<std::size_t> end;  ///< by LOR, in the others
    std::vector<std::uint32_t> voxel;
    std::vector<float> length_mm;
  };

  static Rows rows_of(const projectors::Lors& lors, const recon::ImageGrid& grid, const std::vector<float>& mask) {
    Rows rows;
    for (std::int64_t i = 0; i < lors.count; ++i) {
      const float *start = lors.start_mm + 3 * std::size_t{lors.start_index[i]},
                  *end = lors.end_mm + 3 * std::size_t{lors.end_index[i]};
      for_each_path(start, end, grid, [&](std::int64_t voxel, double length_mm) {
        if (mask[static_cast<std::size_t>(voxel)] != 0) {
          rows.voxel.push_back(static_cast<std::uint32_t>(voxel));
          rows.length_mm.push_back(static_cast<float>(length_mm));
        }
      });
      rows.end.push_back(rows.voxel.size());
    }
    return rows;
  }
  template <class Visit>
  void for_each(int subset, std::int64_t lor, const Visit& visit) const {
    const Rows& rows = subsets_[static_cast<std::size_t>(subset)];
    const auto row = static_cast<std::size_t>(lor);
    for (std::size_t i = row == 0 ? 0 : rows.end[row - 1]; i < rows.end[row]; ++i) {
      visit(rows.voxel[i], rows.length_mm[i]);
    }
  }

  std::vector<Rows> subsets_;
};

/// A_k^T m_k by the same lines, and their sum, over all bins of a histogram without TOF.
inline recon::HistogramSensitivity exact_sensitivity(const recon::Histogram& histogram, const recon::ImageGrid& grid,
                                                     const std::vector<float>& mask, int num_subsets) {
  recon::HistogramSensitivity result{.whole = recon::Image(grid, 0), .by_subset = {}};
  result.by_subset.resize(static_cast<std::size_t>(num_subsets));
#pragma omp parallel for schedule(dynamic)
  for (int subset = 0; subset < num_subsets; ++subset) {
    std::vector<double> sum(mask.size());
    for (const std::int64_t number : recon::lors_of_subset(histogram, subset, num_subsets)) {
      const auto lor = static_cast<std::size_t>(number);
      for_each_path(histogram.point_mm[histogram.start[lor]].data(), histogram.point_mm[histogram.end[lor]].data(),
                    grid, [&](std::int64_t voxel, double length_mm) {
                      const auto j = static_cast<std::size_t>(voxel);
                      sum[j] += double{histogram.factor[lor]} * length_mm * mask[j];
                    });
    }
    result.by_subset[static_cast<std::size_t>(subset)].assign(sum.begin(), sum.end());
  }
  for (const std::vector<float>& own : result.by_subset) {
    std::ranges::transform(own, result.whole.values, result.whole.values.begin(), std::plus<>());
  }
  return result;
}

/// An engine whose projector are exact lines, and whose algebra on images is the CPU's: what algorithms make of the
/// same model as another program's. Both arguments outlive it.
class ExactEngine final : public recon::Engine {
 public:
  ExactEngine(const recon::Problem& problem, const ExactLines& lines)
      : problem_(problem), lines_(lines), algebra_(recon::make_cpu_engine(problem, 0)) {
    kept_.resize(static_cast<std::size_t>(problem.data.num_subsets()));
  }

  const recon::Problem& problem() const override { return problem_; }
  projectors::Device device() const override { return {}; }
  using Engine::sensitivity;
  const recon::EngineImage& sensitivity() const override { return algebra_->sensitivity(); }
  double sum(const recon::EngineImage& x) const override { return algebra_->sum(x); }
  double dot(const recon::EngineImage& x, const recon::EngineImage& y) const override { return algebra_->dot(x, y); }
  void smooth(const recon::EngineImage& x, double fwhm_mm, recon::EngineImage& out) const override {
    algebra_->smooth(x, fwhm_mm, out);
  }

  bool back_project(int subset, const recon::EngineImage& x, recon::EngineImage& out, double& log_sum,
                    const recon::GoOn&, recon::Ratios ratios) override {
    const recon::DataBlock block = problem_.data.subset(subset);
    std::vector<float>& kept = kept_[static_cast<std::size_t>(subset)];
    kept.resize(static_cast<std::size_t>(block.size()));
    std::vector<double> back(static_cast<std::size_t>(x.size()));
    for (std::int64_t lor = 0; lor < block.size(); ++lor) {
      const auto projected = static_cast<float>(lines_.forward(subset, lor, x.data()));
      const auto ratio =
          recon::kernels::Ratio::of(block.counts[lor], block.factor[lor], projected, block.additive[lor]);
      log_sum += ratio.log_term([](double expected) { return std::log(expected); });
      lines_.add_back(subset, lor, ratio.projected_back(ratios, &kept[static_cast<std::size_t>(lor)]), back);
    }
    std::ranges::copy(back, out.data());
    return true;
  }

 protected:
  void apply_to(const recon::kernels::VoxelStep& any_step, const recon::kernels::StepImages& images) const override {
    std::visit(
        [&](const auto& step) {
          for (std::int64_t i = 0; i < problem_.grid.num_voxels(); ++i) {
            step(images, i);
          }
        },
        any_step);
  }

 private:
  const recon::Problem& problem_;
  const ExactLines& lines_;
  std::unique_ptr<recon::Engine> algebra_;
  std::vector<std::vector<float>> kept_;  ///< ratios by subset
};

}  // namespace coincide::tests
