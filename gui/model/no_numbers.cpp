#include "gui/model/no_numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace coincide::gui {

std::int64_t count_no_numbers(std::span<const float> values) {
  return std::ranges::count_if(values, [](float value) { return !std::isfinite(value); });
}

std::string no_numbers_text(std::int64_t count) {
  return fmt::format("{} voxel{} no number{}", count, count == 1 ? " that is" : "s that are", count == 1 ? "" : "s");
}

std::string no_numbers_sentence(std::int64_t count, const recon::ImageGrid& grid) {
  if (count == 0) {
    return {};
  }
  return fmt::format(
      "{} of {} voxels hold no finite number (NaN or infinite). They are magenta in the slices, and left out of "
      "projections, window and figures: look at what made this image.",
      count, grid.num_voxels());
}

}  // namespace coincide::gui
