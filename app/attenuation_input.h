#pragma once

#include "app/job_setup.h"

namespace coincide::app {

/// Reads the attenuation images that a job names, of the body and of what stays in the scanner, brings each to its
/// place and CT numbers to 1/cm, and adds them: setup.attenuation. Needs the grid of the result, whose voxels a CT
/// image is averaged to. Throws FileError for what cannot be read, InputError for images of another unit.
void open_attenuation(const io::Job& job, JobSetup& setup);

enum class AttenuationOf { body, hardware };

/// One of the two in 1/cm, where and as fine as its file has it. Throws as open_attenuation().
recon::Image attenuation_in_file(const io::Job& job, AttenuationOf what, JobSetup& setup);

}  // namespace coincide::app
