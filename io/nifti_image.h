#pragma once

#include <filesystem>

#include "recon/image.h"

namespace coincide::io {

/// Writes a NIfTI-1 file (.nii, or .nii.gz compressed): float32, qform and sform equal with code 1 (scanner). Our axes
/// go into the file as if they were LPS, so x and y change their sign on the way to NIfTI's RAS. The unit stands in the
/// header's `descrip`. Throws InputError for more than 32767 voxels along an axis, FileError if it cannot be written.
/// Source: the NIfTI-1 header definition (nifti1.h).
void write_nifti(const std::filesystem::path& path, const recon::Image& image);

/// Reads a NIfTI-1 file of one frame with any real numbers; permuted and flipped axes are put into our order.
/// Without an orientation the image is centred on 0. Throws FileError if it is missing, damaged, oblique or has several
/// frames.
recon::Image read_nifti(const std::filesystem::path& path);

}  // namespace coincide::io
