#pragma once

#include <filesystem>
#include <string>

#include "io/listmode_file.h"

namespace coincide::io {

inline constexpr const char* tof_fwhm_without_tof =
    "input.tof_fwhm_ps is without use: the data have no times of flight.";

/// Throws InputError for options that only tables of events take, of a file of another `format`.
void check_no_table_options(const std::filesystem::path& path, const std::string& format,
                            const ListmodeOptions& options);

}  // namespace coincide::io
