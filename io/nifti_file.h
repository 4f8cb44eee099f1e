#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "recon/image.h"

namespace coincide::io {

/// What a NIfTI file says of its frames.
struct NiftiHead {
  recon::ImageGrid grid;
  std::string unit;
  std::string description;
  double start_s = 0;  ///< of the first frame
  double step_s = 0;   ///< from frame to frame; 0: not known, or not the same
};

struct NiftiFrames {
  NiftiHead head;
  std::vector<std::vector<float>> values;  ///< by frame, in the order of recon::Image
};

/// Writes a NIfTI-1 file (.nii, or .nii.gz compressed), with a fourth axis if there are several frames: float32, qform
/// and sform equal with code 1 (scanner). Our axes go into the file as if they were LPS, so x and y change their sign
/// on the way to NIfTI's RAS. The unit stands in the header's `descrip`. Throws InputError for more than 32767 voxels
/// or frames along an axis, FileError if it cannot be written. Source: the NIfTI-1 header definition (nifti1.h).
void write_nifti_file(const std::filesystem::path& path, const NiftiHead& head,
                      std::span<const std::span<const float>> frames);

/// Reads a NIfTI-1 file with any real numbers and one frame, or up to `most_frames`; permuted and flipped axes are put
/// into our order. Without an orientation the image is centred on 0. Throws FileError if it is missing, damaged,
/// oblique or has more frames.
NiftiFrames read_nifti_file(const std::filesystem::path& path, std::size_t most_frames);

}  // namespace coincide::io
