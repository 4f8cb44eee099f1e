#pragma once

#include <string>
#include <vector>

#include "app/job_setup.h"
#include "io/job.h"
#include "recon/data/image_series.h"
#include "recon/pipeline/run_parts.h"

namespace coincide::app {

/// Frames as one series, whose values it takes. `parts` have their records yet.
recon::ImageSeries series_of(const io::Job& job, std::vector<recon::PartResult>& parts);

/// An image that is alone, whose values it takes, as a series of one frame.
recon::ImageSeries series_of(const io::Job& job, recon::Image& image, const recon::RunRecord& record);

/// The mean of all images, for pictures: says so in its description.
recon::Image picture_of(const recon::ImageSeries& series, const std::string& of_what);

/// The regions of the job in the frames, as the table NAME_tac.csv; returns the name of the file. Throws InputError for
/// frames whose times are not known, FileError.
std::string write_time_activity(const io::Job& job, const recon::Image& regions, const recon::ImageSeries& series);

}  // namespace coincide::app
