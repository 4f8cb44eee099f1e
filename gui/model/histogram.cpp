#include "gui/model/histogram.h"

#include <fmt/format.h>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <utility>

#include "gui/model/no_numbers.h"
#include "gui/model/sampling.h"
#include "gui/model/translated.h"
#include "projectors/error.h"

namespace coincide::gui {
namespace {

constexpr std::int64_t most_counted = 2000000;  ///< a few hundredths of a second

std::vector<VoxelRun> runs_of(const recon::Image& image, const Roi* roi) {
  if (image.values.empty()) {
    return {};
  }
  if (roi == nullptr) {
    return {{0, image.grid.num_voxels()}};
  }
  std::vector<VoxelRun> runs;
  for (std::int64_t i = 0; i < image.grid.shape[0]; ++i) {
    const std::vector<VoxelRun> plane = runs_in_plane(*roi, image.grid, i);
    runs.insert(runs.end(), plane.begin(), plane.end());
  }
  return runs;
}

struct Sample {
  std::vector<float> values;    ///< finite
  std::int64_t step = 1;        ///< of so many voxels, one was taken
  std::int64_t no_numbers = 0;  ///< that were taken, too
};

Sample sample_of(const recon::Image& image, const Roi* wanted, bool zeros) {
  const Roi found = wanted != nullptr ? found_in(*wanted, image.grid, image.values) : Roi{};
  const Roi* roi = wanted != nullptr ? &found : nullptr;
  const std::vector<VoxelRun> runs = runs_of(image, roi);
  const std::int64_t voxels = std::accumulate(runs.begin(), runs.end(), std::int64_t{0},
                                              [](std::int64_t sum, const VoxelRun& run) { return sum + run.count; });
  Sample sample;
  sample.step = sampling_step(voxels, most_counted, image.grid.num_voxels());
  sample.values.resize(static_cast<std::size_t>(voxels / sample.step + 1));
  std::size_t count = 0;
  const bool searches = roi != nullptr && roi->shape == RoiShape::threshold;
  const double threshold = searches ? roi->threshold : std::numeric_limits<double>::lowest();
  std::int64_t next = 0;  // counted from the first voxel of the run
  for (const VoxelRun& run : runs) {
    for (; next < run.count; next += sample.step) {
      const float value = image.values[static_cast<std::size_t>(run.first + next)];
      sample.values[count] = value;  // without a branch, which nothing could foresee
      sample.no_numbers += std::isfinite(value) ? 0 : 1;
      count += std::isfinite(value) && value >= threshold && (zeros || value != 0) ? 1 : 0;
    }
    next -= run.count;
  }
  sample.values.resize(count);
  return sample;
}

/// A uniform image has values around its own.
struct Range {
  double low = 0;
  double high = 0;
};

Range range_of(const std::vector<Sample>& samples) {
  Range range{std::numeric_limits<double>::max(), std::numeric_limits<double>::lowest()};
  for (const Sample& sample : samples) {
    if (!sample.values.empty()) {
      const Eigen::Map<const Eigen::ArrayXf> values(sample.values.data(), std::ssize(sample.values));
      range.low = std::min<double>(range.low, values.minCoeff());
      range.high = std::max<double>(range.high, values.maxCoeff());
    }
  }
  if (range.low == range.high) {
    const double half_width = range.low == 0 ? 1 : 0.5 * std::abs(range.low);
    range.low -= half_width;
    range.high += half_width;
  }
  return range;
}

Chart::Series counted(const Sample& sample, const Range& range, int bins, const std::string& name) {
  const auto count = static_cast<std::size_t>(bins);
  const double per_value = bins / (range.high - range.low);
  std::vector<std::int64_t> counts(count + 1);  // with one for the largest value, which belongs to the bin before
  for (const float value : sample.values) {
    ++counts[static_cast<std::size_t>((value - range.low) * per_value)];
  }
  counts[count - 1] += std::exchange(counts[count], 0);
  Chart::Series series{.name = name, .x = {}, .y = {}};
  series.y.assign(counts.begin(), counts.end());
  for (int bin = 0; bin <= bins; ++bin) {
    series.x.push_back(range.low + bin * (range.high - range.low) / bins);
  }
  return series;
}

/// "Histogram of sphere 1, without zeros".
std::string histogram_title(const Roi* roi, bool zeros, std::int64_t step, std::int64_t left_out) {
  std::string title =
      roi == nullptr ? translated("Histogram of the whole image") : translated_with("Histogram of {}", roi->name);
  title += zeros ? "" : translated(", without zeros");
  title += step > 1 ? translated_with(", one of {} voxels", step) : "";
  title += left_out > 0 ? translated_with(", without {}", no_numbers_text(left_out)) : "";
  return title;
}

}  // namespace

Chart histogram_chart(const recon::Image& image, const Roi* roi, int bins, bool zeros, const recon::Image* other) {
  if (bins < 1) {
    throw InputError(fmt::format("A histogram of {} bins cannot be made: it takes 1 or more.", bins));
  }
  std::vector<Sample> samples{sample_of(image, roi, zeros)};
  const std::int64_t step = samples.front().step;
  if (other != nullptr) {
    samples.push_back(sample_of(*other, roi, zeros));
  }
  const std::int64_t left_out = samples.front().no_numbers;
  Chart chart{.title = histogram_title(roi, zeros, step, left_out),
              .x_label = value_label(image.unit),
              .y_label = translated("voxels"),
              .style = Chart::Style::steps,
              .series = {{.name = translated("voxels"), .x = {}, .y = {}}}};
  if (samples.front().values.empty()) {
    return chart;
  }
  const Range range = range_of(samples);
  chart.series = {counted(samples.front(), range, bins, other != nullptr ? "A" : translated("voxels"))};
  if (other != nullptr && !samples.back().values.empty()) {
    chart.series.push_back(counted(samples.back(), range, bins, "B"));
  }
  return chart;
}

}  // namespace coincide::gui
