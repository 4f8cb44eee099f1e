#include "gui/model/part_iteration.h"

#include <algorithm>
#include <cmath>

namespace coincide::gui {

std::optional<PartIteration> part_iteration(const Run& run, const KeptImage& shown) {
  if (!run.job.in_parts() || !shown.image || !shown.part.empty() || !(shown.iteration > 0)) {
    return std::nullopt;
  }
  // Images of parts that are not finished begin with their names: "frame 2 of 5, listmode OSEM, ...".
  const std::string& text = shown.image->description;
  if (!text.starts_with("frame ") && !text.starts_with("gate ")) {
    return std::nullopt;
  }
  const auto passes = static_cast<double>(std::max<std::int64_t>(1, run.job.passes()));
  const double before = std::max(0.0, std::ceil(shown.iteration / passes) - 1);
  return PartIteration{.part = text.substr(0, text.find(", ")),
                       .index = static_cast<std::size_t>(before),
                       .iteration = shown.iteration - before * passes};
}

}  // namespace coincide::gui
