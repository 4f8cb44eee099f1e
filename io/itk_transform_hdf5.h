#pragma once

#include <filesystem>
#include <vector>

#include "io/itk_parameters.h"

namespace coincide::io {

/// Whether it is a file of HDF5 with ITK's group of transforms.
bool is_itk_transform_hdf5(const std::filesystem::path& path);

/// The transforms of such a file (.h5) in its order; one of more numbers than a turn and shift need is without them.
/// Throws FileError, as the end of a sentence.
std::vector<ItkParameters> read_itk_transform_hdf5(const std::filesystem::path& path);

}  // namespace coincide::io
