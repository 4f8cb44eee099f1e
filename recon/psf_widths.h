#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "recon/scanner.h"

namespace coincide::recon {

/// Widths (FWHM) of the resolution model at a distance from the scanner's axis: along the radius, across it, and along
/// the axis. [mm]
struct PsfWidths {
  double radius_mm = 0;
  double radial_mm = 0;
  double tangential_mm = 0;
  double axial_mm = 0;
};

/// The resolution model of a problem: around each voxel a Gaussian, whose widths may change with the voxel's distance
/// from an axis along z and which is turned with its azimuth. Between two rows widths are linear, beyond the last and
/// before the first they stay.
struct Psf {
  std::vector<PsfWidths> rows{};    ///< by radius, ascending; none: no resolution model
  std::array<double, 2> axis_mm{};  ///< x and y that radii count from

  Psf() = default;
  /// One width everywhere and in all directions; 0: none.
  Psf(double fwhm_mm);
  /// Radii count from the scanner's axis. Throws InputError for rows that are no such table (see its sentences), and
  /// for a scanner whose axis is not z.
  Psf(std::vector<PsfWidths> table, const Scanner& scanner);

  bool is_none() const { return rows.empty(); }
  /// The width, if it is the same everywhere and in all directions.
  std::optional<double> one_width_mm() const;
  PsfWidths at(double radius_mm) const;
  /// Smallest and largest width of the table; 0 without one.
  std::array<double, 2> range_mm() const;
  /// Smallest width across the axis; 0: none.
  double least_across_mm() const;
};

/// "4.5 mm", "4.5 to 6.2 mm"
std::string psf_text(const Psf& psf);

}  // namespace coincide::recon
