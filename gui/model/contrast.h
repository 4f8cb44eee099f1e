#pragma once

#include <array>

namespace coincide::gui {

/// How light a colour (red, green, blue, 0 ... 1) looks, 0 ... 1. Source: WCAG 2.1, relative luminance.
double luminance(const std::array<double, 3>& rgb);

/// Of two colours, 1 ... 21; text is read with 4.5 and more. Source: WCAG 2.1, 1.4.3.
double contrast(const std::array<double, 3>& a, const std::array<double, 3>& b);

/// True if dark text is easier to read on it than light text.
inline bool is_light(const std::array<double, 3>& ground) {
  return contrast(ground, {0, 0, 0}) > contrast(ground, {1, 1, 1});
}

}  // namespace coincide::gui
