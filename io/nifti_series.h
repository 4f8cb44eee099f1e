#pragma once

#include <filesystem>

#include "io/read_series.h"
#include "recon/data/image_series.h"

namespace coincide::io {

/// Writes a NIfTI-1 file with an axis of time. Its header cannot say how frames follow each other unless they last
/// equally long and touch (pixdim[4], else 0), so their times stand in the side file alone (bids_frames.h), which is
/// written apart. Throws InputError and FileError as write_nifti_file().
void write_nifti_series(const std::filesystem::path& path, const recon::ImageSeries& series);

/// The image and then its side file, NAME.json.
void write_nifti_with_side_file(const std::filesystem::path& path, const recon::ImageSeries& series);

/// Reads a NIfTI-1 file of one or more frames, and its side file. Without one, or where that does not say, the frames
/// have no times, whatever the header says. Throws FileError as read_nifti_file() and read_frames().
ReadSeries read_nifti_series(const std::filesystem::path& path);

}  // namespace coincide::io
