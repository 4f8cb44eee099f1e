#pragma once

#include "recon/image.h"
#include "recon/options.h"
#include "recon/scanner.h"

namespace coincide::recon {

/// Prompts that a subset of OSEM needs so that hardly a voxel of the object is without any, on average over the events
/// of the scanner. A voxel that a subset sees no prompt of falls to a hundredth, however many others see it.
double prompts_per_subset(const Scanner& scanner, const ImageGrid& grid, bool tof, double psf_fwhm_mm);

}  // namespace coincide::recon
