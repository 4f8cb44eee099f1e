#pragma once

#include <string>
#include <vector>

#include "app/job_setup.h"
#include "io/job.h"
#include "recon/data/image_series.h"
#include "recon/pipeline/run_parts.h"

namespace coincide::app {

/// What the names of a part's files end in, before the suffix: "_gate3" of "gate 3", "_frame3" of "frame 3 of 12".
std::string part_ending(const std::string& name);

/// Frames as one series, whose values it takes. `parts` have their records yet.
recon::ImageSeries series_of(const io::Job& job, std::vector<recon::PartResult>& parts);

/// The mean of all images, for pictures: says so in its description.
recon::Image picture_of(const recon::ImageSeries& series, const std::string& of_what);

/// The regions of the job in the frames, as the table NAME_tac.csv; returns the name of the file. Throws InputError for
/// frames whose times are not known, FileError.
std::string write_time_activity(const io::Job& job, const recon::Image& regions, const recon::ImageSeries& series);

}  // namespace coincide::app
