#pragma once

#include <filesystem>
#include <vector>

#include "recon/phantom.h"

namespace coincide::io {

/// Reads a phantom (TOML): a `name`, then one section per shape, whose order counts (a later shape replaces earlier
/// ones):
///   [body]
///   kind = "elliptic_cylinder"       # or "ellipsoid", "box"
///   centre_mm = [0.0, 0.0, 0.0]      # relative to the middle of the scanner
///   half_size_mm = [150, 115, 90]    # semi-axes; half length of a cylinder along z; half edges of a box
///   activity_bq_per_ml = 5300
///   mu_per_cm = 0.096
/// Instead of shapes, or around them, it may be made of images, each of any format, whose places count from the middle
/// of the scanner, too:
///   activity_image = "activity.nii.gz"   # Bq/mL; relative to the file
///   mu_image = "mu.nii.gz"               # 1/cm
/// Throws FileError that names file, line and key.
recon::Phantom read_phantom(const std::filesystem::path& path);
/// The images that it names.
std::vector<std::filesystem::path> images_of_phantom(const std::filesystem::path& path);

}  // namespace coincide::io
