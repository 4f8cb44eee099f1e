#pragma once

#include <QImage>
#include <QLineF>
#include <QList>
#include <array>

#include "gui/model/layer.h"
#include "gui/viewer/slice_projection.h"

namespace coincide::gui {

/// What a layer is in the view of a slice.
struct LayerPicture {
  QImage colours;         ///< to be drawn over the whole view; transparent beside the layer's image, and up to the
                          ///< lower end of its window, as air around a body
  QList<QLineF> contour;  ///< in pixels of the view
  QColor contour_colour;
};

/// Of a view of that size, whose slice goes through the point: colours, or the line where the layer has the value of
/// its contour. `detail`: points looked up per pixel of the view, along each side; 1 on a screen, where it is less in a
/// large view.
LayerPicture layer_picture(const Layer& layer, const SliceProjection& projection,
                           const std::array<double, 3>& through_mm, const QSize& view, double detail);

}  // namespace coincide::gui
