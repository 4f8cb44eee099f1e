#pragma once

#include <filesystem>

#include "recon/events.h"

namespace coincide::io {

/// Writes all events of a source as a table of our own, which loses nothing: HDF5 with the groups "events" (crystal1,
/// crystal2, tof_bin, time_ms, kind and, where there are several, window1 and window2), "scanner", "efficiencies",
/// "time_blocks", "movements" and "alive". Rewinds the source first. Throws FileError.
void write_hdf5_table(recon::EventSource& source, const std::filesystem::path& path);

/// Writes them as a CSV table for other programs: the ends of the LORs, the place of the TOF bin (tof_mm), time and
/// kind; what else the source knows is lost. Rewinds the source first. Throws FileError.
void write_csv_table(recon::EventSource& source, const std::filesystem::path& path);

}  // namespace coincide::io
