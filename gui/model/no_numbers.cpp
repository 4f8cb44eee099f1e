#include "gui/model/no_numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gui/model/translated.h"

namespace coincide::gui {

std::int64_t count_no_numbers(std::span<const float> values) {
  return std::ranges::count_if(values, [](float value) { return !std::isfinite(value); });
}

std::string no_numbers_text(std::int64_t count) {
  return count == 1 ? translated("1 voxel that is no number") : translated_with("{} voxels that are no numbers", count);
}

std::string no_numbers_sentence(std::int64_t count, const recon::ImageGrid& grid) {
  if (count == 0) {
    return {};
  }
  return translated_with(
      "{} of {} voxels hold no finite number (NaN or infinite). They are magenta in the slices, and left out of "
      "projections, window and figures: look at what made this image.",
      count, grid.num_voxels());
}

}  // namespace coincide::gui
