#pragma once

#include <array>
#include <string>

#include "gui/model/view_state.h"

namespace coincide::gui {

/// "voxel 62, 37, 27 · (56.0, 0.0, 10.0) mm · 21091 Bq/mL": the voxel that a point in scanner axes lies in, its place
/// and its value, then those of the layers that are shown; of a comparison A, B
/// at the middle of that voxel, and A - B. Outside the image the place alone.
std::string values_text(const ViewState& state, const std::array<double, 3>& point_mm);

}  // namespace coincide::gui
