#include "app/part_outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/job_parts.h"
#include "io/atomic_file.h"
#include "io/job_facts.h"
#include "io/time_activity_csv.h"
#include "recon/data/time_activity.h"
#include "recon/pipeline/corrections.h"

namespace coincide::app {

recon::ImageSeries series_of(const io::Job& job, std::vector<recon::PartResult>& parts) {
  recon::ImageSeries series;
  io::put_job_facts(job, series);
  series.decay_corrected = !parts.empty();
  for (auto& [image, record] : parts) {
    series.grid = image.grid;
    series.unit = series.frames.empty() || series.unit == image.unit ? image.unit : "1";
    series.decay_corrected = series.decay_corrected && record.decay_corrected;
    series.reference_s = record.decay_reference_s;
    series.corrected = recon::effects_corrected(record);
    series.frames.push_back({.values = std::move(image.values),
                             .start_s = record.frame_start_s,
                             .duration_s = record.frame_duration_s,
                             .decay_factor = record.decay_factor});
    const std::string& text = image.description;  // "frame 1 of 2, listmode OSEM ..."
    series.description = text.starts_with(record.part + ", ") ? text.substr(record.part.size() + 2) : text;
  }
  return series;
}

recon::ImageSeries series_of(const io::Job& job, recon::Image& image, const recon::RunRecord& record) {
  std::vector<recon::PartResult> one(1);
  std::vector<float> values = std::move(image.values);
  one.front() = {.image = image, .record = record};
  one.front().image.values = std::move(values);
  return series_of(job, one);
}

recon::Image picture_of(const recon::ImageSeries& series, const std::string& of_what) {
  recon::Image picture = recon::mean_of(series);
  picture.description = fmt::format("mean of {} {}, {}", series.frames.size(), of_what, series.description);
  return picture;
}

std::string write_time_activity(const io::Job& job, const recon::Image& regions, const recon::ImageSeries& series) {
  const bool corrected = series.decay_corrected;
  const auto rows = recon::time_activity(series, recon::regions_of(regions, series.grid), corrected);
  const std::string decay = corrected ? fmt::format("corrected for decay to {:g} s", series.reference_s)
                                      : std::string("not corrected for decay");
  const std::filesystem::path path = job.result_path("_tac.csv");
  io::write_text_file(
      path, io::time_activity_csv(rows, series.unit,
                                  fmt::format("{}, {}; times in s in the time of the file", job.result_name(), decay)));
  return path.filename().string();
}

}  // namespace coincide::app
