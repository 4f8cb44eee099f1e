#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "recon/scanner.h"

namespace coincide::io {

/// Crystals that follow each other in a table and are alike.
struct CastorLayer {
  std::uint32_t num_crystals = 0;
  double depth_mm = 0;       ///< of a crystal
  double transaxial_mm = 0;  ///< 0: not stated
  double axial_mm = 0;
  double mean_depth_mm = -1;  ///< of interactions, from the front face; negative: the middle
};

/// A scanner as CASToR has it: where each crystal is, in the order of its ids.
struct CastorCrystals {
  std::string name;
  std::vector<recon::Vec3> centre_mm;
  std::vector<recon::Vec3> outwards;  ///< unit vectors, as the file says: not to be trusted
  std::vector<CastorLayer> layers;
  double min_angle_deg = 0;                    ///< between the directions of crystals in coincidence from the axis
  std::vector<std::filesystem::path> files{};  ///< that it was read from
};

/// Reads a description of equal flat modules around an axis (.geom). Throws FileError.
CastorCrystals read_castor_geom(const std::filesystem::path& path);

/// Reads a table (.hscan with .lut, or .ghscan with .glut, beside it). Throws FileError.
CastorCrystals read_castor_lut(const std::filesystem::path& path);

/// Writes both files of a table, `path` and, beside it, .lut. Throws FileError.
void write_castor_lut(const CastorCrystals& crystals, const std::filesystem::path& path);

}  // namespace coincide::io
