#pragma once

#include "recon/image.h"
#include "recon/options.h"
#include "recon/psf_widths.h"
#include "recon/scanner.h"

namespace coincide::recon {

/// Prompts that a subset needs so that on average so many of them tell of each voxel of the image, over the events of
/// the scanner.
double prompts_per_subset(const Scanner& scanner, const ImageGrid& grid, bool tof, const Psf& psf,
                          double prompts_per_voxel);

}  // namespace coincide::recon
