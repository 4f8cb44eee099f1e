#pragma once

#include <span>

#include "recon/figures/figure_report.h"

namespace coincide::recon {

/// Of images of the same object from independent counts: in each region (a whole number above 0 of `regions`), the
/// mean, its bias against `truth`, the noise over the runs sqrt(mean variance) / mean, and the roughness of single
/// images, standard deviation over the region / mean, which is another thing. All on one grid; `truth` may be null.
/// Throws InputError for fewer than two images, other grids, and regions without voxels.
FigureReport repeated_runs(std::span<const Image> images, const Image& regions, const Image* truth);

}  // namespace coincide::recon
