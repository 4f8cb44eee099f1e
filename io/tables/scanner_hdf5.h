#pragma once

#include <hdf5.h>

#include "io/scanner_file.h"

namespace coincide::io {

/// The scanner of our own tables, as two groups of an HDF5 file: "scanner", with a row for each crystal, and
/// "efficiencies". Data sets bear the names of the members of recon::Scanner and recon::Efficiencies.
void write_scanner_hdf5(hid_t file, const recon::Scanner& scanner, const recon::Efficiencies& efficiencies);
/// Efficiencies may be missing. Throws FileError for what is missing of the scanner, and for what cannot be.
ScannerDescription read_scanner_hdf5(hid_t file);

}  // namespace coincide::io
