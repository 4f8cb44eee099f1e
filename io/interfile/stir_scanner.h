#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/interfile/interfile_header.h"
#include "recon/scanner.h"

namespace coincide::io {

enum class StirGeometry {
  cylinder,  ///< crystals evenly on circles
  blocks,    ///< flat blocks around the axis
  table      ///< each crystal's place in a file of its own ("Generic")
};

/// Rings of equal numbers of detectors, as STIR describes a scanner. Lengths in mm.
struct StirScanner {
  std::string name{};
  StirGeometry geometry = StirGeometry::cylinder;
  std::int64_t rings = 0;
  std::int64_t detectors = 0;  ///< per ring
  double radius_mm = 0;        ///< inner radius and mean depth of interaction
  double ring_spacing_mm = 0;
  double bin_size_mm = 0;     ///< default, of arc-corrected data; 0: not known
  double tilt_rad = 0;        ///< of detector 0, STIR's "view offset"
  std::int64_t tof_bins = 0;  ///< as small as the scanner has them; 0: no TOF
  double tof_bin_ps = 0;
  double tof_fwhm_ps = 0;
  std::int64_t crystals_per_block = 1;  ///< transaxially
  std::int64_t crystals_per_block_axial = 1;
  std::int64_t blocks_per_bucket = 1;  ///< transaxially; buckets are the flat pieces of StirGeometry::blocks
  std::int64_t blocks_per_bucket_axial = 1;
  double crystal_pitch_mm = 0;  ///< transaxially, with pitches of blocks: of StirGeometry::blocks alone
  double crystal_pitch_axial_mm = 0;
  double block_pitch_mm = 0;
  double block_pitch_axial_mm = 0;
  std::filesystem::path crystal_map{};  ///< of StirGeometry::table

  std::int64_t num_crystals() const { return rings * detectors; }
};

/// From the scanner's keys in a header; what it leaves out comes from the scanners that STIR knows by name
/// ("originating system"). Throws FileError for what is missing or not possible.
StirScanner read_stir_scanner(const InterfileHeader& header);

/// Middles of all crystals [ring * detectors + detector], in STIR's axes (stir_axes.h), z = 0 in the middle of the
/// rings. Throws FileError for a table of crystals that cannot be read or does not fit.
std::vector<recon::Vec3> stir_crystals_mm(const StirScanner& scanner);

/// The rows of a table of crystals, in its order and numbers: for listmode that refers to them.
struct StirCrystalRow {
  std::int64_t ring = 0, detector = 0, layer = 0;
  recon::Vec3 place_mm{};  ///< STIR's axes, as the file has it
};
std::vector<StirCrystalRow> read_stir_crystal_map(const std::filesystem::path& path);

}  // namespace coincide::io
