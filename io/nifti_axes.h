#pragma once

#include <nifti1_io.h>

#include <string>

#include "io/placed_series.h"

namespace coincide::io {

/// Says in `placed` where the voxels of a file of this name lie. Without an orientation the image is centred on 0, and
/// a warning says so. Throws FileError for two places that contradict each other.
void place_nifti(const nifti_image& nim, const std::string& name, PlacedSeries& placed);

}  // namespace coincide::io
