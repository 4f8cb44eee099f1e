#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "gui/model/run_list.h"

namespace coincide::gui {

/// Where a run of several frames or gates stands, whose iterations count over all of them.
struct PartIteration {
  std::string part;       ///< "frame 2 of 5", in English
  std::size_t index = 0;  ///< of the part
  double iteration = 0;   ///< of that part
};

/// None of a run without parts, of a finished part and of the mean of all.
std::optional<PartIteration> part_iteration(const Run& run, const KeptImage& shown);

}  // namespace coincide::gui
