#include "recon/measurement/histogram_measurements.h"

#include <algorithm>
#include <numeric>

#include "projectors/error.h"
#include "projectors/lor_order.h"
#include "projectors/projector.h"
#include "recon/measurement/histogram_subsets.h"
#include "recon/parallel.h"

namespace coincide::recon {
namespace {

bool has_counts(const Histogram& histogram, std::int64_t lor) {
  const auto row = histogram.counts.begin() + lor * histogram.bins_per_lor();
  return std::any_of(row, row + histogram.bins_per_lor(), [](float count) { return count > 0; });
}

double sum_of_factors(const Histogram& histogram, const std::vector<std::int64_t>& lors) {
  double sum = 0;
  for (const std::int64_t lor : lors) {
    const auto row = histogram.factor.begin() + lor * histogram.bins_per_lor();
    sum = std::accumulate(row, row + histogram.bins_per_lor(), sum);
  }
  return sum;
}

/// The LORs in an order in which those between the same places around the scanner come together, and neighbours cross
/// the same voxels.
std::vector<std::int64_t> sorted_for(const projectors::ImageGrid& grid, const Histogram& histogram,
                                     const std::vector<std::int64_t>& lors, int num_threads) {
  std::vector<std::uint32_t> start, end;
  const std::int64_t count = std::ssize(lors);
  const projectors::Lors lines = gathered(histogram, lors, start, end);
  const projectors::LorOrder order(grid, lines, 0, count, thread_count(num_threads),
                                   projectors::LorOrder::Fans::gathered);
  std::vector<std::int64_t> sorted(lors.size());
  for (std::int64_t i = 0; i < count; ++i) {
    sorted[static_cast<std::size_t>(i)] = lors[static_cast<std::size_t>(order[i])];
  }
  return sorted;
}

template <class T>
void append(const std::vector<T>& values, std::int64_t per_lor, const std::vector<std::int64_t>& lors,
            std::vector<T>& column) {
  std::vector<T> rows;
  gather(values, per_lor, lors.data(), std::ssize(lors), rows);
  column.insert(column.end(), rows.begin(), rows.end());
}

}  // namespace

HistogramMeasurements::HistogramMeasurements(const Histogram& histogram, const projectors::ImageGrid& grid,
                                             int num_subsets, int num_threads, Communicator& ranks)
    : histogram_(histogram), ranks_(ranks) {
  histogram.check();
  for (int subset = 0; subset < num_subsets; ++subset) {
    const std::vector<std::int64_t> lors = lors_of_subset(histogram, subset, num_subsets);
    share_.push_back(sum_of_factors(histogram, lors));
    add_subset(lors, grid, num_threads);
  }
  ranks.sum(share_);
  const double all = std::accumulate(share_.begin(), share_.end(), 0.0);
  if (!(all > 0)) {
    throw InputError("all factors of the histogram are 0: nothing could be measured with it");
  }
  std::ranges::for_each(share_, [all](double& share) { share /= all; });
  leave_out_impossible(grid, num_threads);
  num_impossible_ = ranks.sum(num_impossible_);
  if (!(num_counts() > 0)) {
    throw InputError("the histogram has no counts in bins that can be measured and cross the image");
  }
}

void HistogramMeasurements::add_subset(const std::vector<std::int64_t>& lors, const projectors::ImageGrid& grid,
                                       int num_threads) {
  std::vector<std::int64_t> taken;
  std::ranges::copy_if(lors, std::back_inserter(taken), [&](std::int64_t lor) { return has_counts(histogram_, lor); });
  taken = sorted_for(grid, histogram_, taken, num_threads);
  const std::int64_t bins = histogram_.bins_per_lor();
  append(histogram_.start, 1, taken, start_);
  append(histogram_.end, 1, taken, end_);
  append(histogram_.counts, bins, taken, counts_);
  append(histogram_.factor, bins, taken, factor_);
  append(histogram_.additive, bins, taken, additive_);
  first_lor_.push_back(std::ssize(start_));
}

/// By m and the projection of ones, not by an image that changes: what the objective means stays the same.
void HistogramMeasurements::leave_out_impossible(const projectors::ImageGrid& grid, int num_threads) {
  const std::vector<float> ones(static_cast<std::size_t>(grid.num_voxels()), 1);
  const projectors::Projector projector(grid, {.num_threads = num_threads});
  std::vector<float> length_mm;
  for (int subset = 0; subset < num_subsets(); ++subset) {
    const DataBlock block = this->subset(subset);
    length_mm.resize(static_cast<std::size_t>(block.size()));
    if (histogram_.tof) {
      projector.forward(block.lors, histogram_.tof->bins(), ones.data(), length_mm.data());
    } else {
      projector.forward(block.lors, projectors::NoTof{}, ones.data(), length_mm.data());
    }
    float* counts = counts_.data() + first_lor_[static_cast<std::size_t>(subset)] * block.cells_per_lor;
    for (std::int64_t i = 0; i < block.size(); ++i) {
      if (!(block.factor[i] * length_mm[static_cast<std::size_t>(i)] + block.additive[i] > 0)) {
        num_impossible_ += counts[i];
        counts[i] = 0;
      }
    }
  }
}

DataBlock HistogramMeasurements::subset(int index) const {
  const std::int64_t first = first_lor_[static_cast<std::size_t>(index)];
  const std::int64_t bins = histogram_.bins_per_lor();
  projectors::Lors lors = histogram_.lors(0, first_lor_[static_cast<std::size_t>(index) + 1] - first);
  lors.start_index = start_.data() + first;
  lors.end_index = end_.data() + first;
  return {.lors = lors,
          .cells_per_lor = bins,
          .counts = counts_.data() + first * bins,
          .factor = factor_.data() + first * bins,
          .additive = additive_.data() + first * bins};
}

double HistogramMeasurements::num_counts() const {
  return ranks_.sum(std::accumulate(counts_.begin(), counts_.end(), 0.0));
}

}  // namespace coincide::recon
