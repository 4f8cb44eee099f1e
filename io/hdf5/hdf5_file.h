#pragma once

#include <filesystem>

#include "io/yardl_memory.h"

namespace coincide::io {

/// A new file, in place of any other one. Throws FileError with the reason if it cannot be made.
Hdf5Id make_hdf5_file(const std::filesystem::path& path);

/// For reading. Throws FileError with the reason, as the end of a sentence, if there is no such file or it is no HDF5.
Hdf5Id open_hdf5_file(const std::filesystem::path& path);

}  // namespace coincide::io
