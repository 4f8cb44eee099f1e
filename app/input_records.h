#pragma once

#include <filesystem>
#include <string>

#include "io/provenance.h"
#include "recon/reporter.h"

namespace coincide::app {

/// A file that a run reads, or a DICOM series, with its size and hash. What has gone meanwhile is no reason to lose
/// what came of it: then there is no hash, which a warning tells. Nor is there one where the reporter asks to stop.
io::InputRecord record_input(const std::string& role, const std::filesystem::path& path, recon::Reporter& reporter);

}  // namespace coincide::app
