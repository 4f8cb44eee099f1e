#pragma once

#include <filesystem>

#include "recon/efficiencies.h"
#include "recon/scanner.h"

namespace coincide::io {

struct ScannerDescription {
  recon::Scanner scanner;            ///< with the crystals' corners
  recon::Efficiencies efficiencies;  ///< absolute, by crystal; the solid angle is not in them
};

/// Reads the description of a cylindrical scanner of equal flat modules (TOML; the files in resources/scanners explain
/// the keys). In crystal ids the transaxial place in the module counts fastest, then the axial one, then the module
/// around the ring, then the ring of modules. Without [tof] the scanner has one TOF bin that holds everything. Throws
/// FileError that names file, line and key, or says what does not fit together.
ScannerDescription read_scanner(const std::filesystem::path& path);

}  // namespace coincide::io
