#include "gui/viewer/layer_picture.h"

#include <algorithm>
#include <cmath>

#include "gui/viewer/qt_colours.h"

namespace coincide::gui {
namespace {

QImage coloured(const Layer& layer, const Raster& raster, const std::vector<float>& values) {
  const ColourMap& map = find_colour_map(layer.colour_map);
  std::array<QRgb, 256> colours{};
  for (std::size_t i = 0; i < colours.size(); ++i) {
    QColor colour = qt_colour(map.colour(static_cast<double>(i) / (colours.size() - 1)));
    colour.setAlphaF(static_cast<float>(layer.opacity));
    colours[i] = qPremultiply(colour.rgba());
  }
  QImage image(raster.columns, raster.rows, QImage::Format_ARGB32_Premultiplied);
  const float* value = values.data();
  for (int row = 0; row < raster.rows; ++row) {
    auto* line = reinterpret_cast<QRgb*>(image.scanLine(row));
    for (int column = 0; column < raster.columns; ++column, ++value) {
      const double at = std::min((*value - layer.low) / (layer.high - layer.low), 1.0) * 255;
      line[column] = at > 0 && std::isfinite(*value) ? colours[static_cast<std::size_t>(at)] : 0;
    }
  }
  return image;
}

}  // namespace

LayerPicture layer_picture(const Layer& layer, const SliceRaster& raster) {
  if (raster.points.columns < 2 || raster.points.rows < 2) {
    return {};
  }
  const std::vector<float> values = layer_values(layer, raster.points);
  if (!layer.contour) {
    return {.colours = coloured(layer, raster.points, values), .contour = {}, .contour_colour = {}};
  }
  constexpr double bright = 0.75;  // of the map: its own colour, on dark and light images
  return {.colours = {},
          .contour = contour_of(*layer.contour, raster, values),
          .contour_colour = qt_colour(find_colour_map(layer.colour_map).colour(bright))};
}

}  // namespace coincide::gui
