#pragma once

#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "io/listmode_file.h"

namespace coincide::io {

/// Several scans of one body, on one clock, as a TOML file:
///
///     [[scan]]
///     data = "first.petsird"     # paths count from the list
///     [[scan]]
///     data = "second.petsird"
///     start_s = 7701             # when its time 0 was, on the clock of the first
///
/// The first scan starts at 0 unless it says otherwise; the others must say when.
bool is_scan_list(std::string_view first_bytes);

/// The files that data consist of: those of a list with it, else the file itself. Throws FileError.
std::vector<std::filesystem::path> files_of_data(const std::filesystem::path& path);

/// Opens all of them. Throws FileError: a list within a list, no scans, a start that is missing or earlier than that of
/// the scan before, scans that do not go together.
std::unique_ptr<recon::EventSource> open_scan_list(const std::filesystem::path& path, const ListmodeOptions& options);

}  // namespace coincide::io
