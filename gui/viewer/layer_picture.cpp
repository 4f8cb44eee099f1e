#include "gui/viewer/layer_picture.h"

#include <vtkCellArray.h>
#include <vtkFloatArray.h>
#include <vtkFlyingEdges2D.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPolyData.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "gui/viewer/qt_colours.h"

namespace coincide::gui {
namespace {

constexpr int most_points = 400'000;  ///< of a slice: it is to follow the mouse

Raster raster_of(const SliceProjection& projection, const std::array<double, 3>& through_mm, const QSize& view,
                 double step) {
  const auto at = [&](double x, double y) { return projection.to_mm(QPointF(x, y), through_mm); };
  const double middle = 0.5 * step;
  Raster raster{.first_mm = at(middle, middle),
                .columns = static_cast<int>(view.width() / step),
                .rows = static_cast<int>(view.height() / step)};
  const std::array<double, 3> right = at(middle + step, middle), below = at(middle, middle + step);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    raster.column_step_mm[axis] = right[axis] - raster.first_mm[axis];
    raster.row_step_mm[axis] = below[axis] - raster.first_mm[axis];
  }
  return raster;
}

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
      line[column] = at > 0 ? colours[static_cast<std::size_t>(at)] : 0;  // nor where it is no number
    }
  }
  return image;
}

/// Beside the image the least of all values, so that a line closes at its border.
QList<QLineF> contour_of(double level, const Raster& raster, const std::vector<float>& values, double step) {
  const vtkNew<vtkFloatArray> scalars;
  scalars->SetNumberOfTuples(static_cast<vtkIdType>(values.size()));
  std::ranges::transform(values, scalars->GetPointer(0),
                         [](float value) { return std::isnan(value) ? std::numeric_limits<float>::lowest() : value; });
  const vtkNew<vtkImageData> plane;
  plane->SetDimensions(raster.columns, raster.rows, 1);
  plane->SetOrigin(0.5 * step, 0.5 * step, 0);
  plane->SetSpacing(step, step, 1);
  plane->GetPointData()->SetScalars(scalars);
  const vtkNew<vtkFlyingEdges2D> edges;
  edges->SetInputData(plane);
  edges->SetValue(0, level);
  edges->ComputeScalarsOff();
  edges->Update();
  vtkPolyData* found = edges->GetOutput();
  QList<QLineF> lines;
  const vtkNew<vtkIdList> ends;
  for (found->GetLines()->InitTraversal(); found->GetLines()->GetNextCell(ends) != 0;) {
    std::array<double, 3> from{}, to{};
    found->GetPoint(ends->GetId(0), from.data());
    found->GetPoint(ends->GetId(1), to.data());
    lines << QLineF(from[0], from[1], to[0], to[1]);
  }
  return lines;
}

}  // namespace

LayerPicture layer_picture(const Layer& layer, const SliceProjection& projection,
                           const std::array<double, 3>& through_mm, const QSize& view, double detail) {
  const double step = detail > 1 ? 1 / detail : view.width() * view.height() > most_points ? 2 : 1;
  const Raster raster = raster_of(projection, through_mm, view, step);
  if (raster.columns < 2 || raster.rows < 2) {
    return {};
  }
  const std::vector<float> values = layer_values(layer, raster);
  if (!layer.contour) {
    return {.colours = coloured(layer, raster, values), .contour = {}, .contour_colour = {}};
  }
  constexpr double bright = 0.75;  // of the map: its own colour, on dark and light images
  return {.colours = {},
          .contour = contour_of(*layer.contour, raster, values, step),
          .contour_colour = qt_colour(find_colour_map(layer.colour_map).colour(bright))};
}

}  // namespace coincide::gui
