#include "recon/pipeline/scattered_events.h"

#include <algorithm>

#include "recon/lor_enumerator.h"
#include "recon/parallel.h"
#include "recon/resample.h"
#include "recon/sensitivity.h"

namespace coincide::recon {
namespace {

double voxel_mm3(const ImageGrid& grid) {
  return double{grid.voxel_size_mm[0]} * grid.voxel_size_mm[1] * grid.voxel_size_mm[2];
}

}  // namespace

ScatteredEvents::ScatteredEvents(RunState& run) : run_(run), events_(*run.data, run.scanner(), run.tof()) {}

/// A voxel has as much as the smaller ones in it together.
Image ScatteredEvents::sensitivity(const ImageGrid& grid) {
  Image result = resampled(run_.sensitivity, grid, run_.settings.num_threads);
  const auto more = static_cast<float>(voxel_mm3(grid) / voxel_mm3(run_.sensitivity.grid));
  std::ranges::transform(result.values, result.values.begin(), [more](float value) { return more * value; });
  return result;
}

bool ScatteredEvents::for_lors(const ImageGrid& grid, std::uint64_t wanted,
                               const std::function<void(const MeasurableLors&)>& visit) {
  const auto all = static_cast<double>(num_measurable_lors(run_.model));
  const double part = std::min(1.0, static_cast<double>(wanted) / all);
  const Communicator& ranks = run_.device.ranks();
  const LorSample::Part own{part * ranks.rank() / ranks.size(), part * (ranks.rank() + 1) / ranks.size()};
  LorEnumerator enumerator(
      run_.model, grid,
      {.tof = run_.tof(), .part = own, .num_threads = run_.settings.num_threads, .moved = run_.data->moved()});
  LorColumns columns;
  while (enumerator.next(columns)) {
    if (run_.reporter.stop_requested()) {
      return false;
    }
    MeasurableLors lors;
    lors.lors = lors_between(enumerator.points_mm(), columns.point_a.data(), columns.point_b.data(),
                             std::ssize(columns.point_a));
    std::ranges::transform(columns.factor, columns.factor.begin(),
                           [part](float factor) { return static_cast<float>(factor / part); });
    lors.factor = columns.factor;
    for (const std::uint16_t range : columns.tof_range) {
      lors.tof.push_back(enumerator.tof_ranges()[range]);
    }
    visit(lors);
  }
  return true;
}

void ScatteredEvents::add(const ScatterEstimate& estimate, const ScatterScale& scale, Reporter& reporter) {
  constexpr std::int64_t block_events = 1 << 20;
  const std::uint64_t all = run_.data->num_prompts();
  std::int64_t done = 0;
  for (int subset = 0; subset < run_.data->num_subsets(); ++subset) {
    const auto events = static_cast<std::int64_t>(run_.data->subset(subset).size());
    for (std::int64_t first = 0; first < events && !reporter.stop_requested(); first += block_events) {
      const std::int64_t count = std::min(block_events, events - first);
      add_to(subset, first, count, estimate, scale);
      done += count;
      reporter.progress("scatter", static_cast<double>(done) / static_cast<double>(all));
    }
  }
}

void ScatteredEvents::add_to(int subset, std::int64_t first, std::int64_t count, const ScatterEstimate& estimate,
                             const ScatterScale& scale) {
  const PromptColumns columns = run_.data->subset(subset);
  const projectors::Lors lors = run_.data->lors(subset, run_.scanner(), first, count);
#pragma omp parallel for schedule(static) num_threads(thread_count(run_.settings.num_threads))
  for (std::int64_t i = 0; i < count; ++i) {
    const float* start = lors.start_mm + 3 * std::size_t{lors.start_index[i]};
    const float* end = lors.end_mm + 3 * std::size_t{lors.end_index[i]};
    const auto event = static_cast<std::size_t>(first + i);
    const double q = events_.tof_bins().empty()
                         ? estimate.of_lor(start, end)
                         : estimate.of_bin(start, end, events_.tof_bins()[columns.tof_bin[event]]);
    const double axial_mm = estimate.cylinder().axial_middle_mm(start, end);
    columns.additive[event] += static_cast<float>(scale.at(axial_mm) * columns.factor[event] * q);
  }
}

}  // namespace coincide::recon
