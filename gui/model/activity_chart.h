#pragma once

#include <memory>
#include <vector>

#include "gui/model/chart.h"
#include "gui/model/roi.h"

namespace coincide::gui {

/// The frames of an image, one after the other.
using Frames = std::vector<std::shared_ptr<const recon::Image>>;

/// The mean of each region in each frame, over the middle of the frame; where one of them does not say when it was,
/// over the number of the frame. A series per region that has voxels.
Chart activity_chart(const Frames& frames, const std::vector<Roi>& rois);

}  // namespace coincide::gui
