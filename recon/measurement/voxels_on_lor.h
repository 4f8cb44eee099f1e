#pragma once

#include "recon/measurement/problem.h"

namespace coincide::recon {

/// How many voxels an event tells of, on average, where time of flight leaves `reach_mm` of its LOR.
double voxels_on_lor(const ImageGrid& grid, double reach_mm, const Psf& psf);

/// The same for the cells of a problem: within the projectors' window of their TOF bins, or over the whole image.
double voxels_per_cell(const Problem& problem);

/// What TOF bins leave of a LOR.
double reach_mm(const projectors::TofBin& bin);

}  // namespace coincide::recon
