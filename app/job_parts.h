#pragma once

#include <optional>
#include <vector>

#include "app/job_setup.h"
#include "io/job.h"
#include "recon/data/frames.h"

namespace coincide::app {

/// Throws InputError for settings of frames, gates and injection that do not fit together.
void check_parts(const io::Job& job);

/// When the tracer was injected, in the time of the file [s]; none: not known. Throws InputError for what is no number.
std::optional<double> injection_s(const io::Job& job);
/// The moment that decay is corrected to; none: the start of the frame.
std::optional<double> decay_reference_s(const io::Job& job);
/// When the zero of a table was, in the time of the file. `key`: the setting that says so. Throws InputError if that
/// is not known.
double table_zero_s(const io::Job& job, io::TableZero zero, const char* key);
/// The same for poses. Throws InputError if that is not known.
recon::MotionOptions zero_of_poses(const io::Job& job);

/// The frames or gates of a job; none: it has one frame. Throws InputError and, for a bad table, FileError.
std::vector<recon::TimePart> job_parts(const io::Job& job);

/// Opens what a job in parts needs beside its data.
void open_parts(const io::Job& job, JobSetup& setup);
/// Brings the mask of regions onto the grid of the result. Throws InputError for one without regions there.
void fit_regions(const io::Job& job, JobSetup& setup);

}  // namespace coincide::app
