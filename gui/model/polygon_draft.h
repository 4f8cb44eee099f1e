#pragma once

#include <array>
#include <optional>
#include <vector>

namespace coincide::gui {

/// A polygon that is being drawn in a slice.
struct PolygonDraft {
  std::optional<int> axis;  ///< that its slice is perpendicular to; none: it has no corner yet
  std::vector<std::array<double, 3>> corners_mm;
};

}  // namespace coincide::gui
