#pragma once

#include "gui/model/chart.h"
#include "gui/model/roi.h"

namespace coincide::gui {

/// How many voxels have which value, in `bins` bins of one width from the least to the largest value; of the region, or
/// of the whole image if `roi` is null. Values that are not finite are left out, and the title
/// says how many were met. Of more than 2 million voxels evenly
/// spaced ones are counted, and the title says so. Without `zeros` voxels of exactly 0 are left out: what lies outside
/// the scanner's view. With another image there are two series, A and B, in the same bins. Throws InputError for fewer
/// than 1 bin.
Chart histogram_chart(const recon::Image& image, const Roi* roi, int bins = 128, bool zeros = true,
                      const recon::Image* other = nullptr);

}  // namespace coincide::gui
