#pragma once

#include <optional>
#include <string>

#include "io/job.h"
#include "recon/data/image_series.h"

namespace coincide::io {

/// When the tracer was injected, in the time of the file [s]; none: not known. Throws InputError for what is no number.
std::optional<double> injection_s(const Job& job);

/// What the job says of tracer, patient and clock, which no data hold. Throws InputError for an input.time_zero or
/// input.injection that is no time.
void put_job_facts(const Job& job, recon::ImageSeries& series);

/// Where the job names a nuclide, but corrects the decay of another, or none: one sentence; empty where they agree, or
/// the nuclide is not among those known.
std::string doubt_of_half_life(const Job& job);

}  // namespace coincide::io
