#pragma once

#include <array>
#include <optional>
#include <string>

#include "gui/model/view_state.h"

namespace coincide::gui {

/// A point in scanner axes.
struct PointedAt {
  std::array<double, 3> mm{};
  std::optional<int> axis;  ///< that the slice is perpendicular to in which it is pointed at; none: at a voxel
};

/// "voxel 62, 37, 27 · (56.0, 0.0, 10.0) mm · 21091 Bq/mL": the voxel that a point lies in, its place and the value
/// that the slice shows there, then those of the layers that are shown; of a comparison A, B at the middle of that
/// voxel, and A - B. Of a slab it says "mean of 7 slices, 21 mm: 21091 Bq/mL"; of a slice that is turned, which is
/// between voxels, no voxel. Outside the image the
/// place alone. A voxel that holds no finite value has "no number", B beside its image "nothing".
std::string values_text(const ViewState& state, const PointedAt& point);
inline std::string values_text(const ViewState& state, const std::array<double, 3>& voxel_mm) {
  return values_text(state, {.mm = voxel_mm, .axis = {}});
}

}  // namespace coincide::gui
