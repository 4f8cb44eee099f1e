#include "gui/model/contrast.h"

#include <algorithm>
#include <cmath>

namespace coincide::gui {

double luminance(const std::array<double, 3>& rgb) {
  const auto linear = [](double value) {
    return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2]);
}

double contrast(const std::array<double, 3>& a, const std::array<double, 3>& b) {
  const auto [darker, lighter] = std::minmax({luminance(a), luminance(b)});
  return (lighter + 0.05) / (darker + 0.05);
}

}  // namespace coincide::gui
