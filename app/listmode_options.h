#pragma once

#include <filesystem>

#include "io/job.h"
#include "io/listmode_file.h"

namespace coincide::app {

/// How a job wants its data read. Throws InputError for a scanner that is not there.
io::ListmodeOptions listmode_options(const io::Job& job);

/// Whether a normalization file is one of any format's events, whose efficiencies count; others belong to a format.
bool is_listmode(const std::filesystem::path& normalization);

}  // namespace coincide::app
