#pragma once

#include <vector>

namespace coincide::gui {

/// Values shown by the first and the last colour; low < high.
struct ValueWindow {
  double low = 0, high = 1;
};

/// 0 to the 99.9th percentile of the positive values; 0 to 1 where there are none.
ValueWindow automatic_window(const std::vector<float>& values);

}  // namespace coincide::gui
