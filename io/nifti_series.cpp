#include "io/nifti_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "io/atomic_file.h"
#include "io/bids_frames.h"
#include "io/nifti_file.h"

namespace coincide::io {
namespace {

/// From frame to frame, if that is always the same and how long each lasts; else 0.
double even_step_s(const std::vector<recon::SeriesFrame>& frames) {
  constexpr double same_s = 5e-4;  // times are whole ms
  const double step_s = frames.front().duration_s;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const double start_s = frames.front().start_s + static_cast<double>(i) * step_s;
    if (std::abs(frames[i].duration_s - step_s) > same_s || std::abs(frames[i].start_s - start_s) > same_s) {
      return 0;
    }
  }
  return step_s;
}

}  // namespace

void write_nifti_series(const std::filesystem::path& path, const recon::ImageSeries& series) {
  check_series(series);
  std::vector<std::span<const float>> values;
  for (const recon::SeriesFrame& frame : series.frames) {
    values.emplace_back(frame.values);
  }
  NiftiHead head{.grid = series.grid, .unit = series.unit, .description = series.description};
  if (!series.frames.empty()) {
    head.start_s = series.frames.front().start_s;
    head.step_s = even_step_s(series.frames);
  }
  write_nifti_file(path, head, values);
}

void write_nifti_with_side_file(const std::filesystem::path& path, const recon::ImageSeries& series) {
  nlohmann::ordered_json json;
  put_frames(series, json);
  write_nifti_series(path, series);
  write_text_file(side_file(path), json.dump(2) + "\n");
}

ReadSeries read_nifti_series(const std::filesystem::path& path) {
  constexpr std::size_t most_frames = 32767;
  NiftiFrames file = read_nifti_file(path, most_frames);
  ReadSeries read;
  read.series.grid = file.head.grid;
  read.series.unit = file.head.unit;
  read.series.description = file.head.description;
  for (std::vector<float>& values : file.values) {
    read.series.frames.push_back({.values = std::move(values)});
  }
  if (const std::filesystem::path json = side_file(path); std::filesystem::exists(json)) {
    read.warnings = read_frames(json, read.series);
  } else {
    read.warnings.push_back(fmt::format("{} has no side file {}: its {} frames have no times.", path.string(),
                                        json.filename().string(), read.series.frames.size()));
  }
  return read;
}

}  // namespace coincide::io
