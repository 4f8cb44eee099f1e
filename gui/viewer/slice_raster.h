#pragma once

#include <QLineF>
#include <QList>
#include <QRectF>
#include <QSize>
#include <array>
#include <cstdint>
#include <vector>

#include "gui/model/layer.h"
#include "gui/viewer/slice_projection.h"

namespace coincide::gui {

/// Points of a slice that something is looked up at, every so many pixels of its view.
struct SliceRaster {
  Raster points;
  double step = 1;  ///< in pixels

  QRectF rect() const { return {0, 0, step * points.columns, step * points.rows}; }
};

/// All over a view of that size, whose slice goes through the point. `detail`: points per pixel, along each side; 1 on
/// a screen, where it is less in a large view, or if `planes` of them are to be looked up: it is to follow the mouse.
SliceRaster slice_raster(const SliceProjection& projection, const std::array<double, 3>& through_mm, const QSize& view,
                         double detail, std::int64_t planes = 1);

/// The line where they have that value, in pixels of the view. What is no number counts as the least of all values, so
/// that the line closes at the border of an image.
QList<QLineF> contour_of(double level, const SliceRaster& raster, const std::vector<float>& values);

}  // namespace coincide::gui
