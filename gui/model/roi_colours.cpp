#include "gui/model/roi_colours.h"

#include <algorithm>
#include <cctype>

namespace coincide::gui {

void give_colours(std::vector<Roi>& rois) {
  for (Roi& roi : rois) {
    if (roi.colour.empty()) {
      roi.colour = *std::ranges::min_element(
          roi_colours, {}, [&](std::string_view colour) { return std::ranges::count(rois, colour, &Roi::colour); });
    }
  }
}

bool is_colour(std::string_view text) {
  return text.size() == 7 && text[0] == '#' &&
         std::ranges::all_of(text.substr(1), [](unsigned char letter) { return std::isxdigit(letter) != 0; });
}

}  // namespace coincide::gui
