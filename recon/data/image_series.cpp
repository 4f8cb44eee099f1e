#include "recon/data/image_series.h"

#include <fmt/format.h>

#include <algorithm>

#include "projectors/error.h"

namespace coincide::recon {

bool ImageSeries::has_times() const {
  return !frames.empty() && parameters.empty() &&
         std::ranges::all_of(frames, [](const SeriesFrame& frame) { return frame.duration_s > 0; });
}

Image ImageSeries::image(std::size_t frame) const {
  const SeriesFrame& of = frames[frame];
  Image image;
  image.grid = grid;
  image.values = of.values;
  image.unit = unit;
  image.frame_start_s = of.start_s;
  image.frame_duration_s = of.duration_s;
  image.description = description;
  image.tube_kv = tube_kv;
  return image;
}

Image mean_of(const ImageSeries& series) {
  Image mean;
  if (series.frames.empty()) {
    return mean;
  }
  std::vector<double> sum(series.frames.front().values.size());
  double weights = 0;
  for (const SeriesFrame& frame : series.frames) {
    const double weight = series.has_times() ? frame.duration_s : 1;
    weights += weight;
    for (std::size_t voxel = 0; voxel < sum.size(); ++voxel) {
      sum[voxel] += weight * frame.values[voxel];
    }
  }
  mean = Image(series.grid, 0, series.unit);
  std::ranges::transform(sum, mean.values.begin(), [&](double value) { return static_cast<float>(value / weights); });
  mean.frame_start_s = series.frames.front().start_s;
  if (series.has_times()) {
    mean.frame_duration_s = series.frames.back().start_s + series.frames.back().duration_s - mean.frame_start_s;
  }
  mean.description = series.description;
  return mean;
}

void check_series(const ImageSeries& series) {
  const auto voxels = static_cast<std::size_t>(series.grid.num_voxels());
  double last_start_s = -1e300;
  for (std::size_t frame = 0; frame < series.frames.size(); ++frame) {
    const SeriesFrame& of = series.frames[frame];
    if (of.values.size() != voxels) {
      throw InputError(fmt::format("frame {} of the image series has {} values; its grid has {} voxels", frame + 1,
                                   of.values.size(), voxels));
    }
    if (series.has_times() && of.start_s <= last_start_s) {
      throw InputError(fmt::format("frame {} of the image series begins at {} s, not later than the one before it",
                                   frame + 1, of.start_s));
    }
    last_start_s = of.start_s;
  }
}

double decay_scale(const ImageSeries& series, std::size_t frame, bool decay_corrected) {
  if (series.decay_corrected == decay_corrected) {
    return 1;
  }
  if (decay_corrected && !(series.half_life_s > 0)) {
    throw InputError("the image series is not corrected for decay and states no half-life: it cannot be corrected now");
  }
  const double factor = series.frames[frame].decay_factor;
  return decay_corrected ? factor : 1 / factor;
}

}  // namespace coincide::recon
