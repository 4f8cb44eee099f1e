#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "io/castor/castor_crystals.h"
#include "recon/efficiencies.h"
#include "recon/scanner.h"

namespace coincide::io {

/// A scanner of CASToR's as this program has it. Crystal ids are CASToR's; layers are types of modules, rows of
/// crystals in a ring are modules. LORs end at the mean depth of interaction, and the crystals' boxes lie around that.
/// It has no TOF bins yet: the data say what they are.
struct CastorScanner {
  recon::Scanner scanner;
  double min_angle_deg = 0;
  std::vector<std::string> warnings;
  std::vector<std::filesystem::path> files;  ///< that it was read from
};

/// The file that describes the scanner of a .cdh: `given`, if it is a file; else NAME.hscan, .ghscan or .geom beside
/// the header and in its subfolders, then in `given`, if it is a folder. Throws FileError if there is none, or several.
std::filesystem::path find_castor_scanner(const std::filesystem::path& header, const std::string& name,
                                          const std::filesystem::path& given);

/// Reads a .hscan, .ghscan (with their tables) or .geom. Throws FileError.
CastorScanner read_castor_scanner(const std::filesystem::path& path);

/// `tof_bins` for all pairs of layers; one bin that is alone states no TOF.
void set_tof_bins(recon::Scanner& scanner, std::vector<recon::TofBin> tof_bins);

/// The table of a scanner, for writing. Middles of crystals are where LORs end.
CastorCrystals castor_crystals(const recon::Scanner& scanner, const recon::Efficiencies& efficiencies);

}  // namespace coincide::io
