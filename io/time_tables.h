#pragma once

#include <filesystem>
#include <vector>

#include "recon/data/frames.h"

namespace coincide::io {

// Tables of what goes on beside the data (CSV). Their times count from a zero of their own, which they do not state.

/// Columns gate, start_s and stop_s or duration_s. Throws FileError.
std::vector<recon::GateTime> read_gates(const std::filesystem::path& path);

}  // namespace coincide::io
