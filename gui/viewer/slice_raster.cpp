#include "gui/viewer/slice_raster.h"

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

namespace coincide::gui {
namespace {

constexpr double most_points = 400'000;

}  // namespace

SliceRaster slice_raster(const SliceProjection& projection, const std::array<double, 3>& through_mm, const QSize& view,
                         double detail, std::int64_t planes) {
  const double points = static_cast<double>(planes) * view.width() * view.height();
  const double step = detail > 1 ? 1 / detail : std::max(1.0, std::ceil(std::sqrt(points / most_points)));
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
  return {.points = raster, .step = step};
}

QList<QLineF> contour_of(double level, const SliceRaster& raster, const std::vector<float>& values) {
  const vtkNew<vtkFloatArray> scalars;
  scalars->SetNumberOfTuples(static_cast<vtkIdType>(values.size()));
  std::ranges::transform(values, scalars->GetPointer(0), [](float value) {
    return std::isfinite(value) ? value : std::numeric_limits<float>::lowest();
  });
  const vtkNew<vtkImageData> plane;
  plane->SetDimensions(raster.points.columns, raster.points.rows, 1);
  plane->SetOrigin(0.5 * raster.step, 0.5 * raster.step, 0);
  plane->SetSpacing(raster.step, raster.step, 1);
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

}  // namespace coincide::gui
