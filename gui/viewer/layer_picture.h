#pragma once

#include <QImage>
#include <QLineF>
#include <QList>

#include "gui/model/layer.h"
#include "gui/viewer/slice_raster.h"

namespace coincide::gui {

/// What a layer is in the view of a slice.
struct LayerPicture {
  QImage colours;         ///< to be drawn over all of the raster; transparent beside the layer's image, and up to the
                          ///< lower end of its window, as air around a body
  QList<QLineF> contour;  ///< in pixels of the view
  QColor contour_colour;
};

/// Colours, or the line where the layer has the value of its contour.
LayerPicture layer_picture(const Layer& layer, const SliceRaster& raster);

}  // namespace coincide::gui
