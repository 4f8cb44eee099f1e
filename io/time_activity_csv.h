#pragma once

#include <span>
#include <string>

#include "recon/data/time_activity.h"

namespace coincide::io {

/// Curves of activity over time as a table with a head line: region, start_s, duration_s, middle_s, mean, sd, voxels,
/// unit. A line "# " before it says what it is of, if `subject` does.
std::string time_activity_csv(std::span<const recon::TimeActivity> rows, const std::string& unit,
                              const std::string& subject);

}  // namespace coincide::io
