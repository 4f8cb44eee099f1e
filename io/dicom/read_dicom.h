#pragma once

#include <filesystem>

#include "io/placed_series.h"

namespace coincide::io::dicom {

/// Reads a series of DICOM images: a folder with one, FOLDER#NUMBER where there are several, or a file, with those of
/// its series beside it. CT in HU, PET in Bq/mL where it can be, each plane by its own slope and intercept, files of
/// one picture or (Enhanced, Legacy Converted) of several. Throws FileError: damaged, incomplete, contradictory.
PlacedSeries read_dicom(const std::filesystem::path& path);

}  // namespace coincide::io::dicom
