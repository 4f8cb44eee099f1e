#pragma once

#include "recon/efficiencies.h"
#include "recon/scanner.h"

namespace coincide::io {

/// Which pairs of crystals data hold: what the scanner's file and the header say. `most_axial_mm` 0: any.
recon::Efficiencies::Acceptance acceptance_of(double min_angle_deg, double most_axial_mm);

/// The smallest angle between the directions of crystals in coincidence from the axis z; 0 if it is not known well.
double min_angle_deg(const recon::Scanner& scanner, const recon::Efficiencies& efficiencies);

}  // namespace coincide::io
