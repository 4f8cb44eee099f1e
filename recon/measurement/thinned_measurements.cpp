#include "recon/measurement/thinned_measurements.h"

#include <algorithm>
#include <cmath>

namespace coincide::recon {

// A column that a block gets must be thinned, too.
static_assert(sizeof(DataBlock) == sizeof(projectors::Lors) + sizeof(std::int64_t) + 4 * sizeof(void*));

ThinnedMeasurements::ThinnedMeasurements(const Measurements& all, std::uint64_t wanted, int num_subsets) : all_(all) {
  const std::vector<Place> chosen = choose(wanted);
  part_ = all.num_lors() > 0 ? static_cast<double>(chosen.size()) / static_cast<double>(all.num_lors()) : 1;
  for (int subset = 0; subset < num_subsets; ++subset) {
    first_lor_.push_back(std::ssize(start_index_));
    int of_block = -1;
    DataBlock block;
    for (auto i = static_cast<std::size_t>(subset); i < chosen.size(); i += static_cast<std::size_t>(num_subsets)) {
      if (chosen[i].subset != of_block) {
        of_block = chosen[i].subset;
        block = all.subset(of_block);
      }
      add(block, chosen[i].lor);
    }
  }
  first_lor_.push_back(std::ssize(start_index_));
}

std::vector<ThinnedMeasurements::Place> ThinnedMeasurements::choose(std::uint64_t wanted) const {
  const double every = std::max(1.0, static_cast<double>(all_.num_lors()) / static_cast<double>(wanted));
  std::vector<Place> chosen;
  std::int64_t lors = 0;
  for (int subset = 0; subset < all_.num_subsets(); ++subset) {
    const std::int64_t count = all_.subset(subset).lors.count;
    for (std::int64_t lor = 0; lor < count; ++lor, ++lors) {
      // Spread by the golden ratio, so that no row of a histogram is met always at the same place.
      constexpr double golden = 0.6180339887498949;
      const double place = golden * static_cast<double>(lors);
      if ((place - std::floor(place)) * every < 1) {
        chosen.push_back({subset, lor});
      }
    }
  }
  return chosen;
}

void ThinnedMeasurements::add(const DataBlock& block, std::int64_t lor) {
  cells_per_lor_ = block.cells_per_lor;
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

double ThinnedMeasurements::share(int index) const {
  const auto subset = static_cast<std::size_t>(index);
  return part_ * static_cast<double>(first_lor_[subset + 1] - first_lor_[subset]) /
         static_cast<double>(std::max<std::uint64_t>(1, num_lors()));
}

DataBlock ThinnedMeasurements::subset(int index) const {
  const auto subset = static_cast<std::size_t>(index);
  return block(first_lor_[subset], first_lor_[subset + 1] - first_lor_[subset]);
}

DataBlock ThinnedMeasurements::block(std::int64_t first, std::int64_t count) const {
  const std::int64_t cell = first * cells_per_lor_;
  return {.lors = {.start_mm = points_mm(),
                   .end_mm = points_mm(),
                   .count = count,
                   .start_index = start_index_.data() + first,
                   .end_index = end_index_.data() + first,
                   .num_points = num_points()},
          .cells_per_lor = cells_per_lor_,
          .tof_bin = tof_bin_.empty() ? nullptr : tof_bin_.data() + first,
          .counts = counts_.empty() ? nullptr : counts_.data() + cell,
          .factor = factor_.data() + cell,
          .additive = additive_.data() + cell};
}

}  // namespace coincide::recon
