#pragma once

#include <memory>
#include <vector>

#include "gui/model/chart.h"
#include "gui/model/roi.h"
#include "gui/model/value_scale.h"

namespace coincide::gui {

/// The frames of an image, one after the other.
using Frames = std::vector<std::shared_ptr<const recon::Image>>;

/// The mean of each region in each frame times the scale's factor, over the middle of the frame; where they
/// do not say when they were, or were not one after the other, over their number. A series per region that has voxels;
/// their thresholds are in the scale's unit.
Chart activity_chart(const Frames& frames, const std::vector<Roi>& rois, const ValueScale& scale);

}  // namespace coincide::gui
