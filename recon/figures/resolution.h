#pragma once

#include <span>

#include "recon/figures/figure_report.h"

namespace coincide::recon {

/// Of a profile through a maximum, in samples.
struct PeakWidths {
  double peak = 0;         ///< of the parabola through the highest sample and its neighbours
  double half_width = 0;   ///< between where it falls to half of that, linear between samples; 0: it does not
  double tenth_width = 0;  ///< likewise, to a tenth
};

/// Throws InputError if the highest sample is the first or the last, or not above 0.
PeakWidths peak_widths(std::span<const double> profile);

/// Full widths at half and at a tenth of the maximum of a point source, along each axis of the image, and where it is.
/// The profiles are single rows of voxels through the highest. Source: NEMA NU 2-2018, section 3.
FigureReport point_resolution(const Image& image);

}  // namespace coincide::recon
