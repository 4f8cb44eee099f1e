#pragma once

#include <filesystem>

#include "recon/pipeline/checkpoint.h"

namespace coincide::io {

/// Writes a checkpoint (HDF5) in place of the one before it, which stays whole until then. Throws FileError.
void write_checkpoint(const std::filesystem::path& path, const recon::RunCheckpoint& checkpoint);

/// Throws FileError for a file that is missing, damaged, or of another version of the program's states.
recon::RunCheckpoint read_checkpoint(const std::filesystem::path& path);

}  // namespace coincide::io
