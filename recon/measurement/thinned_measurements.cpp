#include "recon/measurement/thinned_measurements.h"

#include <algorithm>
#include <cmath>

namespace coincide::recon {

// A column that a block gets must be thinned, too.
static_assert(sizeof(DataBlock) == sizeof(projectors::Lors) + 3 * sizeof(void*));

ThinnedMeasurements::ThinnedMeasurements(const Measurements& all, std::uint64_t wanted) : all_(all) {
  const double every = std::max(1.0, static_cast<double>(all.num_counts()) / static_cast<double>(wanted));
  std::int64_t cells = 0;
  for (int index = 0; index < all.num_subsets(); ++index) {
    const DataBlock block = all.subset(index);
    for (std::int64_t cell = 0; cell < block.size(); ++cell, ++cells) {
      // Spread by the golden ratio, so that no row of a histogram is met always at the same place.
      constexpr double golden = 0.6180339887498949;
      const double place = golden * static_cast<double>(cells);
      if ((place - std::floor(place)) * every < 1) {
        add(block, cell);
      }
    }
  }
  part_ = cells > 0 ? static_cast<double>(start_index_.size()) / static_cast<double>(cells) : 1;
}

void ThinnedMeasurements::add(const DataBlock& block, std::int64_t cell) {
  start_index_.push_back(block.lors.start_index[cell]);
  end_index_.push_back(block.lors.end_index[cell]);
  if (!tof_bins().empty()) {
    tof_bin_.push_back(block.tof_bin[cell]);
  }
  factor_.push_back(block.factor[cell]);
  additive_.push_back(block.additive[cell]);
}

DataBlock ThinnedMeasurements::subset(int) const {
  return {.lors = {.start_mm = points_mm(),
                   .end_mm = points_mm(),
                   .count = static_cast<std::int64_t>(start_index_.size()),
                   .start_index = start_index_.data(),
                   .end_index = end_index_.data(),
                   .num_points = num_points()},
          .tof_bin = tof_bin_.data(),
          .factor = factor_.data(),
          .additive = additive_.data()};
}

}  // namespace coincide::recon
