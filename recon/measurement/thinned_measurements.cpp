#include "recon/measurement/thinned_measurements.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

#include "recon/measurement/lor_draw.h"

namespace coincide::recon {
namespace {

/// Two numbers from 0 to 1, always the same for a LOR: what it is drawn by, and what its subset is.
std::array<double, 2> drawn(const DataBlock& block, std::int64_t lor, bool by_bin) {
  const std::uint32_t bin = by_bin && block.tof_bin != nullptr ? block.tof_bin[lor] : 0;
  const auto [place, subset] = draw_of_lor(block.lors.start_index[lor], block.lors.end_index[lor], bin);
  constexpr double draws = 256;  // of events, which come first, so that those of one LOR part
  return {block.draw != nullptr ? (block.draw[lor] + place) / draws : place, subset};
}

}  // namespace

// A column that a block gets must be thinned, too.
static_assert(sizeof(DataBlock) == sizeof(projectors::Lors) + sizeof(std::int64_t) + 5 * sizeof(void*));

ThinnedMeasurements::ThinnedMeasurements(const Measurements& all, std::uint64_t wanted, int num_subsets,
                                         Communicator& ranks)
    : all_(all) {
  const auto num_all = static_cast<double>(ranks.sum(all.num_lors()));
  const std::vector<std::vector<Place>> chosen = choose(static_cast<double>(wanted) / num_all, num_subsets);
  std::vector<std::uint64_t> sizes;
  for (const std::vector<Place>& subset : chosen) {
    first_lor_.push_back(std::ssize(start_index_));
    sizes.push_back(subset.size());
    int of_block = -1;
    std::optional<DataBlock> block;
    for (const Place& place : subset) {
      if (!block || place.subset != of_block) {
        of_block = place.subset;
        block = all.subset(of_block);
      }
      add(*block, place.lor);
    }
  }
  first_lor_.push_back(std::ssize(start_index_));
  ranks.sum(sizes);
  const auto taken = static_cast<double>(std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0}));
  part_ = num_all > 0 ? taken / num_all : 1;
  for (const std::uint64_t size : sizes) {
    share_.push_back(part_ * static_cast<double>(size) / std::max(1.0, taken));
  }
}

std::vector<std::vector<ThinnedMeasurements::Place>> ThinnedMeasurements::choose(double part, int num_subsets) const {
  std::vector<std::vector<Place>> chosen(static_cast<std::size_t>(num_subsets));
  for (int subset = 0; subset < all_.num_subsets(); ++subset) {
    const DataBlock block = all_.subset(subset);
    for (std::int64_t lor = 0; lor < block.lors.count; ++lor) {
      const auto [place, of_subset] = drawn(block, lor, !all_.tof_bins().empty());
      if (place < part) {
        chosen[static_cast<std::size_t>(of_subset * num_subsets)].push_back({subset, lor});
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

double ThinnedMeasurements::share(int index) const { return share_[static_cast<std::size_t>(index)]; }

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
