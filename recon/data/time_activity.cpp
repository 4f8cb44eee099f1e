#include "recon/data/time_activity.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

/// Adds a voxel behind all that are in the runs.
void append(std::vector<VoxelRun>& runs, std::int64_t voxel) {
  if (!runs.empty() && runs.back().first + runs.back().count == voxel) {
    ++runs.back().count;
  } else {
    runs.push_back({voxel, 1});
  }
}

void keep_at_or_above(double threshold, std::span<const float> values, std::vector<VoxelRun>& runs) {
  std::vector<VoxelRun> kept;
  for (const VoxelRun& run : runs) {
    for (std::int64_t voxel = run.first; voxel < run.first + run.count; ++voxel) {
      if (const float value = values[static_cast<std::size_t>(voxel)]; std::isfinite(value) && value >= threshold) {
        append(kept, voxel);
      }
    }
  }
  runs = std::move(kept);
}

}  // namespace

Region region_of(const Roi& wanted, const Image& image) {
  const Roi roi = found_in(wanted, image.grid, image.values);
  Region region{roi.name, {}};
  for (std::int64_t i = 0; i < image.grid.shape[0]; ++i) {
    const std::vector<VoxelRun> plane = runs_in_plane(roi, image.grid, i);
    region.runs.insert(region.runs.end(), plane.begin(), plane.end());
  }
  if (roi.shape == RoiShape::threshold) {
    keep_at_or_above(roi.threshold, image.values, region.runs);
  }
  if (region.runs.empty()) {
    throw InputError(fmt::format("the region \"{}\" holds no voxel of the image", roi.name));
  }
  return region;
}

std::int64_t label_of(float value) {
  const double label = std::round(value);
  if (!(std::abs(value - label) <= 0.01) || label < 0 || label > 1e6) {
    throw InputError(
        fmt::format("the mask has a voxel with the value {}: a mask has whole numbers, 0 outside all regions", value));
  }
  return static_cast<std::int64_t>(label);
}

std::vector<Region> regions_of(const Image& mask, const ImageGrid& grid) {
  if (mask.grid != grid) {
    throw InputError("the mask lies on another grid than the images: resample it to theirs");
  }
  std::map<std::int64_t, Region> by_label;
  for (std::size_t voxel = 0; voxel < mask.values.size(); ++voxel) {
    if (const std::int64_t label = label_of(mask.values[voxel]); label > 0) {
      append(by_label[label].runs, static_cast<std::int64_t>(voxel));
    }
  }
  if (by_label.empty()) {
    throw InputError("the mask is 0 everywhere: it marks no region");
  }
  std::vector<Region> regions;
  regions.reserve(by_label.size());
  for (auto& [label, region] : by_label) {
    regions.push_back({fmt::format("label {}", label), std::move(region.runs)});
  }
  return regions;
}

std::vector<TimeActivity> time_activity(const ImageSeries& series, std::span<const Region> regions,
                                        bool decay_corrected) {
  check_series(series);
  if (!series.has_times()) {
    throw InputError("the frames of the image series have no times, so there is no curve of activity over time");
  }
  std::vector<TimeActivity> rows;
  for (const Region& region : regions) {
    for (std::size_t frame = 0; frame < series.frames.size(); ++frame) {
      const SeriesFrame& of = series.frames[frame];
      const double scale = decay_scale(series, frame, decay_corrected);
      const RoiFigures found = measure(region.runs, series.grid, of.values);
      rows.push_back({.region = region.name,
                      .start_s = of.start_s,
                      .duration_s = of.duration_s,
                      .middle_s = of.start_s + of.duration_s / 2,
                      .mean = scale * found.mean,
                      .standard_deviation = scale * found.standard_deviation,
                      .voxels = found.voxels});
    }
  }
  return rows;
}

}  // namespace coincide::recon
