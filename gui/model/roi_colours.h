#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "gui/model/roi.h"

namespace coincide::gui {

/// The colours that regions are given in turn, "#rrggbb": told apart by all kinds of colour vision, and at least 3 : 1
/// against black and against white.
inline constexpr std::array<std::string_view, 8> roi_colours{"#d55e00", "#009e73", "#2f8fc4", "#cc79a7",
                                                             "#b97f00", "#8f63e0", "#d62f2f", "#5f8a00"};

/// Regions without a colour get the one that fewest have.
void give_colours(std::vector<Roi>& rois);

/// "#" and six digits.
bool is_colour(std::string_view text);

}  // namespace coincide::gui
