#include "recon/engine/projections.h"

#include <algorithm>
#include <vector>

#include "projectors/projector.h"
#include "recon/resolution_model.h"

namespace coincide::recon {
namespace {

/// Calls `project` with the TOF that the cells of a block have.
template <class Project>
void with_tof(const Measurements& data, const DataBlock& block, const Project& project) {
  if (const std::optional<TofAxis>& axis = data.tof_axis()) {
    project(axis->bins());
  } else if (const std::vector<projectors::TofBin>& bins = data.tof_bins(); !bins.empty()) {
    project(projectors::TofTable{.bins = bins.data(), .bin_index = block.tof_bin, .num_bins = std::ssize(bins)});
  } else {
    project(projectors::NoTof{});
  }
}

}  // namespace

Projections::Projections(const Problem& problem, projectors::Device device, int num_threads)
    : problem_(problem), device_(device), num_threads_(num_threads) {}

void Projections::expected(int subset, const float* x, float* out) const {
  const DataBlock block = problem_.data.subset(subset);
  std::vector<float> spread;
  if (!problem_.psf.is_none()) {
    spread.resize(problem_.sensitivity.size());
    std::vector<float> work(spread.size());
    ResolutionModel(problem_.grid, problem_.psf, num_threads_).spread(x, work.data(), spread.data());
  }
  const projectors::Projector projector(problem_.grid, {.device = device_, .num_threads = num_threads_});
  with_tof(problem_.data, block,
           [&](const auto& tof) { projector.forward(block.lors, tof, spread.empty() ? x : spread.data(), out); });
  for (std::int64_t cell = 0; cell < block.size(); ++cell) {
    out[cell] = block.factor[cell] * out[cell] + block.additive[cell];
  }
}

void Projections::back(int subset, const float* v, float* out) const {
  const DataBlock block = problem_.data.subset(subset);
  std::vector<float> weighted(static_cast<std::size_t>(block.size()));
  std::transform(v, v + block.size(), block.factor, weighted.begin(), std::multiplies<>());
  std::fill_n(out, problem_.grid.num_voxels(), 0.0F);
  const projectors::Projector projector(problem_.grid, {.device = device_, .num_threads = num_threads_});
  with_tof(problem_.data, block, [&](const auto& tof) { projector.back(block.lors, tof, weighted.data(), out); });
  if (!problem_.psf.is_none()) {
    std::vector<float> work(problem_.sensitivity.size());
    ResolutionModel(problem_.grid, problem_.psf, num_threads_).gather(out, work.data(), out);
  }
}

}  // namespace coincide::recon
