#pragma once

#include <filesystem>

#include "io/yardl_memory.h"

namespace coincide::io {

/// A new file, in place of any other one. Throws FileError with the reason if it cannot be made.
Hdf5Id make_hdf5_file(const std::filesystem::path& path);

}  // namespace coincide::io
