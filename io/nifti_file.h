#pragma once

#include <filesystem>
#include <string_view>

#include "io/placed_series.h"

namespace coincide::io {

/// True if a file that begins so, uncompressed, is a NIfTI-1 image with its voxels in the same file.
bool is_nifti(std::string_view first_bytes);

/// Writes a NIfTI-1 file (.nii, or .nii.gz compressed), with a fourth axis if there are several frames: float32, qform
/// and sform equal with code 1 (scanner). Our axes go into the file as if they were LPS, so x and y change their sign
/// on the way to NIfTI's RAS. The unit stands in the header's `descrip`. The header cannot say how frames follow each
/// other unless they last equally long and touch (pixdim[4], else 0). Throws InputError for more than 32767 voxels or
/// frames along an axis, FileError if it cannot be written. Source: the NIfTI-1 header definition (nifti1.h).
void write_nifti(const std::filesystem::path& path, const recon::ImageSeries& series);

/// Reads a NIfTI-1 file with any real numbers and one or more frames; without an orientation the image is centred on 0.
/// One frame has the header's time; several have none, as the header cannot tell whether they last equally long. Throws
/// FileError if it is missing or damaged.
PlacedSeries read_nifti(const std::filesystem::path& path);

}  // namespace coincide::io
