#pragma once

#include "io/job.h"
#include "io/listmode_file.h"

namespace coincide::app {

/// How a job wants its data read. Throws InputError for a scanner that is not there.
io::ListmodeOptions listmode_options(const io::Job& job);

}  // namespace coincide::app
