#pragma once

#include <QColor>
#include <QLinearGradient>

#include "gui/model/colour_maps.h"

namespace coincide::gui {

inline QColor qt_colour(const std::array<double, 3>& rgb) {
  return QColor::fromRgbF(static_cast<float>(rgb[0]), static_cast<float>(rgb[1]), static_cast<float>(rgb[2]));
}

/// All colours of a map from one point to another.
inline QLinearGradient qt_gradient(const ColourMap& map, const QPointF& from, const QPointF& to) {
  QLinearGradient gradient(from, to);
  for (const ColourMap::Point& point : map.points) {
    gradient.setColorAt(point.at, qt_colour(point.rgb));
  }
  return gradient;
}

}  // namespace coincide::gui
