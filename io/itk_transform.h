#pragma once

#include <filesystem>

#include "recon/motion/pose.h"

namespace coincide::io {

/// Whether a file looks like a transform of ITK: by its first line, as MATLAB's level 4 with the variables of one, or
/// as HDF5 with its group of them.
bool is_itk_transform(const std::filesystem::path& path);

/// A rigid registration that ANTs, 3D Slicer, SimpleITK and others have left: text (.tfm, .txt), MATLAB's level 4
/// (.mat) or HDF5 (.h5) with an Euler, versor, affine or translation transform, or a composite of such. Theirs goes
/// from points of the fixed image to those of the moving one, mm, LPS; the pose is the other way: from where a point is
/// in the moving image to where it belongs in the fixed one. Throws FileError for another file, and for one that is no
/// turn and shift.
recon::Pose read_itk_transform(const std::filesystem::path& path);

/// The same as text, an affine transform, which all of them read. Throws FileError if it cannot be written.
void write_itk_transform(const std::filesystem::path& path, const recon::Pose& moving_to_fixed);

}  // namespace coincide::io
