#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "recon/data/image_series.h"

namespace coincide::io::dicom {

/// Writes a series of PET images, one file for each plane of each frame, to a folder that appears whole or not at all
/// and replaces one of that name which holds nothing but DICOM files named as these. Values are 16-bit numbers with a
/// slope of each plane's own. Nothing says who the patient is; weight, height and sex are written where they are known.
/// Throws InputError for images that are not of PET or too large for DICOM's numbers, FileError if the folder cannot be
/// written. Source: DICOM PS3.3, A.21 and C.8.9.
void write_dicom(const std::filesystem::path& folder, const recon::ImageSeries& series);

/// Removes a folder that write_dicom() wrote; false if there is none, or other files are in it.
bool remove_series(const std::filesystem::path& folder);

/// Sentences on what readers of such a series will lack: the unit, SUV, times.
std::vector<std::string> lost_in_dicom(const recon::ImageSeries& series);

}  // namespace coincide::io::dicom
