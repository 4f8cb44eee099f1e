#include "recon/pipeline/tof_profile.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace coincide::recon {
namespace {

std::vector<projectors::TofBin> bins_of(const Measurements& data) {
  if (const auto& axis = data.tof_axis()) {
    std::vector<projectors::TofBin> bins;
    for (std::int64_t bin = 0; bin < axis->num_bins; ++bin) {
      bins.push_back(axis->bin(bin));
    }
    return bins;
  }
  const bool ascends =
      std::ranges::is_sorted(data.tof_bins(), std::ranges::less_equal{}, &projectors::TofBin::centre_mm);
  return ascends ? data.tof_bins() : std::vector<projectors::TofBin>{};
}

void add_prompts(const Measurements& data, std::vector<TofBinCounts>& profile) {
  for (int subset = 0; subset < data.num_subsets(); ++subset) {
    const DataBlock block = data.subset(subset);
    for (std::int64_t cell = 0; cell < block.size(); ++cell) {
      const std::int64_t lor = cell / block.cells_per_lor;
      const std::int64_t bin = data.tof_axis() ? cell % block.cells_per_lor : block.tof_bin[lor];
      profile[static_cast<std::size_t>(bin)].prompts += block.counts == nullptr ? 1 : block.counts[cell];
    }
  }
}

void share_scatter(ScatteredData& data, const ImageGrid& grid, const ScatterResult& scatter,
                   const std::vector<projectors::TofBin>& bins, std::vector<TofBinCounts>& profile) {
  constexpr std::uint64_t enough = 100'000;
  data.for_lors(grid, enough, [&](const MeasurableLors& some) {
    for (std::int64_t i = 0; i < some.lors.count; ++i) {
      const float* start = some.lors.start_mm + 3 * std::size_t{some.lors.start_index[i]};
      const float* end = some.lors.end_mm + 3 * std::size_t{some.lors.end_index[i]};
      const double scale = scatter.scale.at(scatter.estimate.cylinder().axial_middle_mm(start, end)) *
                           some.factor[static_cast<std::size_t>(i)];
      for (std::size_t bin = 0; bin < bins.size(); ++bin) {
        const double counts = scale * scatter.estimate.of_bin(start, end, bins[bin]);
        profile[bin].scatter += counts;
      }
    }
  });
}

/// Of all processes.
void add_up(Communicator& ranks, std::vector<TofBinCounts>& profile) {
  std::vector<double> columns;
  for (const TofBinCounts& bin : profile) {
    columns.insert(columns.end(), {bin.prompts, bin.scatter});
  }
  ranks.sum(columns);
  for (std::size_t i = 0; i < profile.size(); ++i) {
    profile[i].prompts = columns[2 * i];
    profile[i].scatter = columns[2 * i + 1];
  }
}

/// As many as were found in all; the sample has the shape.
void scale_scatter(double counts, std::vector<TofBinCounts>& profile) {
  double sum = 0;
  for (const TofBinCounts& bin : profile) {
    sum += bin.scatter;
  }
  for (TofBinCounts& bin : profile) {
    bin.scatter *= sum > 0 ? counts / sum : 0;
  }
}

/// The mean of both directions of the LORs: which of its ends is the first one is a matter of the file.
void fold(std::vector<TofBinCounts>& profile) {
  const std::vector<TofBinCounts> forward = profile;
  for (std::size_t i = 0; i < profile.size(); ++i) {
    const TofBinCounts& mirrored = forward[profile.size() - 1 - i];
    constexpr double rounding_mm = 1e-3;
    if (std::abs(mirrored.centre_mm + profile[i].centre_mm) > rounding_mm) {
      profile = forward;
      return;
    }
    profile[i].prompts = 0.5 * (forward[i].prompts + mirrored.prompts);
    profile[i].scatter = 0.5 * (forward[i].scatter + mirrored.scatter);
  }
}

}  // namespace

std::vector<TofBinCounts> tof_profile(ScatteredData& data, const ImageGrid& grid, const ScatterResult& scatter,
                                      double randoms, Communicator& ranks) {
  const std::vector<projectors::TofBin> bins = bins_of(data.measurements());
  if (bins.empty()) {
    return {};
  }
  double width_mm = 0;
  for (const projectors::TofBin& bin : bins) {
    width_mm += bin.width_mm;
  }
  std::vector<TofBinCounts> profile;
  profile.reserve(bins.size());
  for (const projectors::TofBin& bin : bins) {
    profile.push_back(
        {.centre_mm = bin.centre_mm, .prompts = 0, .randoms = randoms * bin.width_mm / width_mm, .scatter = 0});
  }
  add_prompts(data.measurements(), profile);
  share_scatter(data, grid, scatter, bins, profile);
  add_up(ranks, profile);
  scale_scatter(scatter.counts, profile);
  fold(profile);
  return profile;
}

}  // namespace coincide::recon
