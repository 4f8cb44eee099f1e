#include "recon/pipeline/scattered_bins.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "recon/measurement/histogram_sensitivity.h"
#include "recon/measurement/histogram_subsets.h"
#include "recon/measurement/lor_draw.h"
#include "recon/parallel.h"

namespace coincide::recon {
namespace {

/// As far as the LORs beside a body pass that fills the image.
ImageGrid with_rim(const ImageGrid& grid) {
  constexpr float rim_mm = 100;
  ImageGrid result = grid;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto voxels = static_cast<std::int64_t>(std::ceil(rim_mm / grid.voxel_size_mm[axis]));
    result.shape[axis] += 2 * voxels;
    result.origin_mm[axis] -= static_cast<float>(voxels) * grid.voxel_size_mm[axis];
  }
  return result;
}

}  // namespace

ScatteredBins::ScatteredBins(RunState& run)
    : run_(run),
      bins_(*run.histogram, with_rim(run.inputs.grid), static_cast<int>(run.record.subsets), run.settings.num_threads,
            run.device.ranks()),
      attenuation_(*run.inputs.attenuation, run.device, run.settings.num_threads, run.reporter) {}

Image ScatteredBins::sensitivity(const ImageGrid& grid) {
  return histogram_sensitivity(*run_.histogram, grid, 1,
                               {.num_threads = run_.settings.num_threads, .device = &run_.device}, run_.reporter)
      .whole;
}

std::vector<float> ScatteredBins::attenuated(const projectors::Lors& lors) {
  std::vector<float> factors(static_cast<std::size_t>(lors.count), 1);
  attenuation_.multiply(lors, factors.data());
  return factors;
}

bool ScatteredBins::for_lors(const ImageGrid&, std::uint64_t wanted,
                             const std::function<void(const MeasurableLors&)>& visit) {
  const Histogram& histogram = *run_.histogram;
  const auto num_all = static_cast<double>(run_.device.ranks().sum(static_cast<std::uint64_t>(histogram.num_lors())));
  const double part = static_cast<double>(wanted) / num_all;
  std::vector<std::int64_t> drawn;
  for (std::int64_t lor = 0; lor < histogram.num_lors(); ++lor) {
    const auto i = static_cast<std::size_t>(lor);
    if (draw_of_lor(histogram.start[i], histogram.end[i])[0] < part) {
      drawn.push_back(lor);
    }
  }
  const auto weight = static_cast<float>(
      num_all / std::max(1.0, static_cast<double>(run_.device.ranks().sum(std::uint64_t{drawn.size()}))));
  constexpr std::size_t lors_at_once = 1 << 16;
  for (std::size_t first = 0; first < drawn.size(); first += lors_at_once) {
    if (run_.reporter.stop_requested()) {
      return false;
    }
    const std::size_t count = std::min(lors_at_once, drawn.size() - first);
    visit_some({drawn.begin() + static_cast<std::ptrdiff_t>(first),
                drawn.begin() + static_cast<std::ptrdiff_t>(first + count)},
               weight, visit);
  }
  return true;
}

void ScatteredBins::visit_some(const std::vector<std::int64_t>& some, float weight,
                               const std::function<void(const MeasurableLors&)>& visit) {
  const Histogram& histogram = *run_.histogram;
  const std::int64_t bins = histogram.bins_per_lor();
  std::vector<std::uint32_t> start, end;
  MeasurableLors lors;
  lors.lors = gathered(histogram, some, start, end);
  const std::vector<float> attenuation = attenuated(lors.lors);
  for (std::size_t i = 0; i < some.size(); ++i) {
    const auto row = histogram.factor.begin() + some[i] * bins;
    const float mean = std::accumulate(row, row + bins, 0.0F) / static_cast<float>(bins);
    lors.factor.push_back(weight * mean / attenuation[i]);
    if (histogram.tof) {
      const TofAxis& axis = *histogram.tof;
      lors.tof.push_back({.centre_mm = 0,
                          .width_mm = static_cast<float>(axis.num_bins) * axis.bin_width_mm,
                          .sigma_mm = axis.sigma_mm});
    }
  }
  visit(lors);
}

void ScatteredBins::add(const ScatterEstimate& estimate, const ScatterScale& scale, Reporter& reporter) {
  Histogram& histogram = *run_.histogram;
  constexpr std::int64_t lors_at_once = 1 << 18;
  const std::int64_t bins = histogram.bins_per_lor();
  for (std::int64_t first = 0; first < histogram.num_lors() && !reporter.stop_requested(); first += lors_at_once) {
    const std::int64_t count = std::min(lors_at_once, histogram.num_lors() - first);
    const projectors::Lors lors = histogram.lors(first, count);
    const std::vector<float> attenuation = attenuated(lors);
#pragma omp parallel for schedule(static) num_threads(thread_count(run_.settings.num_threads))
    for (std::int64_t i = 0; i < count; ++i) {
      const float* start = lors.start_mm + 3 * std::size_t{lors.start_index[i]};
      const float* end = lors.end_mm + 3 * std::size_t{lors.end_index[i]};
      const double of_lor =
          scale.at(estimate.cylinder().axial_middle_mm(start, end)) / attenuation[static_cast<std::size_t>(i)];
      for (std::int64_t bin = 0; bin < bins; ++bin) {
        const auto cell = static_cast<std::size_t>((first + i) * bins + bin);
        const double q =
            histogram.tof ? estimate.of_bin(start, end, histogram.tof->bin(bin)) : estimate.of_lor(start, end);
        histogram.additive[cell] += static_cast<float>(of_lor * histogram.factor[cell] * q);
      }
    }
    reporter.progress("scatter", static_cast<double>(first + count) / static_cast<double>(histogram.num_lors()));
  }
}

}  // namespace coincide::recon
