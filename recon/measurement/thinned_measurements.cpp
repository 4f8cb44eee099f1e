#include "recon/measurement/thinned_measurements.h"

#include <algorithm>
#include <cmath>

namespace coincide::recon {

// A column that a block gets must be thinned, too.
static_assert(sizeof(DataBlock) == sizeof(projectors::Lors) + sizeof(std::int64_t) + 4 * sizeof(void*));

ThinnedMeasurements::ThinnedMeasurements(const Measurements& all, std::uint64_t wanted) : all_(all) {
  const double every = std::max(1.0, static_cast<double>(all.num_lors()) / static_cast<double>(wanted));
  std::int64_t lors = 0;
  for (int index = 0; index < all.num_subsets(); ++index) {
    const DataBlock block = all.subset(index);
    cells_per_lor_ = block.cells_per_lor;
    for (std::int64_t lor = 0; lor < block.lors.count; ++lor, ++lors) {
      // Spread by the golden ratio, so that no row of a histogram is met always at the same place.
      constexpr double golden = 0.6180339887498949;
      const double place = golden * static_cast<double>(lors);
      if ((place - std::floor(place)) * every < 1) {
        add(block, lor);
      }
    }
  }
  part_ = lors > 0 ? static_cast<double>(start_index_.size()) / static_cast<double>(lors) : 1;
}

void ThinnedMeasurements::add(const DataBlock& block, std::int64_t lor) {
  start_index_.push_back(block.lors.start_index[lor]);
  end_index_.push_back(block.lors.end_index[lor]);
  if (!tof_bins().empty()) {
    tof_bin_.push_back(block.tof_bin[lor]);
  }
  const std::int64_t first = lor * block.cells_per_lor, end = first + block.cells_per_lor;
  factor_.insert(factor_.end(), block.factor + first, block.factor + end);
  additive_.insert(additive_.end(), block.additive + first, block.additive + end);
  if (block.counts != nullptr) {
    counts_.insert(counts_.end(), block.counts + first, block.counts + end);
  }
}

DataBlock ThinnedMeasurements::subset(int) const {
  return {.lors = {.start_mm = points_mm(),
                   .end_mm = points_mm(),
                   .count = static_cast<std::int64_t>(start_index_.size()),
                   .start_index = start_index_.data(),
                   .end_index = end_index_.data(),
                   .num_points = num_points()},
          .cells_per_lor = cells_per_lor_,
          .tof_bin = tof_bin_.data(),
          .counts = counts_.empty() ? nullptr : counts_.data(),
          .factor = factor_.data(),
          .additive = additive_.data()};
}

}  // namespace coincide::recon
