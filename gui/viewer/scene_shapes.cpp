#include "gui/viewer/scene_shapes.h"

#include <vtkAppendPolyData.h>
#include <vtkCellArray.h>
#include <vtkCellData.h>
#include <vtkNew.h>
#include <vtkOutlineSource.h>
#include <vtkPoints.h>
#include <vtkPolyData.h>
#include <vtkRegularPolygonSource.h>
#include <vtkUnsignedCharArray.h>
#include <QColor>

#include <algorithm>
#include <cmath>

#include "gui/model/colour_maps.h"
#include "gui/model/detector_map.h"
#include "gui/model/scene_state.h"

namespace coincide::gui {
namespace {

using Bounds = std::array<double, 6>;  ///< x low, x high, y low ...

vtkSmartPointer<vtkPolyData> lines_of(const vtkNew<vtkPoints>& points, const vtkNew<vtkCellArray>& lines) {
  auto shape = vtkSmartPointer<vtkPolyData>::New();
  shape->SetPoints(points);
  shape->SetLines(lines);
  return shape;
}

vtkSmartPointer<vtkPolyData> outline(Bounds bounds) {
  const vtkNew<vtkOutlineSource> source;
  source->SetBounds(bounds.data());
  source->Update();
  return source->GetOutput();
}

/// Neighbouring modules differ in hue, every second also in lightness.
std::array<unsigned char, 3> module_colour(std::uint32_t module) {
  constexpr std::array<std::array<unsigned char, 3>, 6> colours{
      {{86, 150, 200}, {120, 190, 160}, {150, 160, 210}, {90, 180, 190}, {140, 200, 130}, {170, 150, 190}}};
  return colours[module % colours.size()];
}

std::array<unsigned char, 3> bytes(const std::array<double, 3>& rgb) {
  const auto byte = [](double part) { return static_cast<unsigned char>(std::lround(255 * part)); };
  return {byte(rgb[0]), byte(rgb[1]), byte(rgb[2])};
}

}  // namespace

std::array<double, 6> image_bounds(const recon::ImageGrid& grid) {
  Bounds bounds{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double size = grid.voxel_size_mm[axis];
    bounds[2 * axis] = grid.origin_mm[axis] - 0.5 * size;
    bounds[2 * axis + 1] = bounds[2 * axis] + static_cast<double>(grid.shape[axis]) * size;
  }
  return bounds;
}

vtkSmartPointer<vtkPolyData> crystal_shape(const recon::Scanner& scanner, const std::vector<CrystalFace>& faces,
                                           const std::vector<std::uint64_t>& counts) {
  const vtkNew<vtkPoints> points;
  const vtkNew<vtkCellArray> squares;
  const vtkNew<vtkUnsignedCharArray> colours;
  colours->SetNumberOfComponents(3);
  points->SetNumberOfPoints(4 * static_cast<vtkIdType>(faces.size()));
  const ColourMap& map = find_colour_map("viridis");
  const double most = usual_most({counts.begin(), counts.end()});
  vtkIdType point = 0;
  for (std::size_t id = 0; id < faces.size(); ++id) {
    const vtkIdType corners[4]{point, point + 1, point + 2, point + 3};
    for (const recon::Vec3& corner : faces[id]) {
      points->SetPoint(point++, corner.data());
    }
    squares->InsertNextCell(4, corners);
    const auto colour = counts.empty() ? module_colour(scanner.crystal_module[id])
                                       : bytes(map.colour(static_cast<double>(counts[id]) / most));
    colours->InsertNextTypedTuple(colour.data());
  }
  auto shape = vtkSmartPointer<vtkPolyData>::New();
  shape->SetPoints(points);
  shape->SetPolys(squares);
  shape->GetCellData()->SetScalars(colours);
  return shape;
}

vtkSmartPointer<vtkPolyData> lor_shape(const recon::Scanner& scanner, const recon::EventBlock& events,
                                       std::size_t most) {
  const vtkNew<vtkPoints> points;
  const vtkNew<vtkCellArray> lines;
  for (std::size_t i = 0; i < std::min(most, events.size()); ++i) {
    const vtkIdType ends[2]{points->InsertNextPoint(scanner.crystal_centre_mm[events.crystal_a[i]].data()),
                            points->InsertNextPoint(scanner.crystal_centre_mm[events.crystal_b[i]].data())};
    lines->InsertNextCell(2, ends);
  }
  return lines_of(points, lines);
}

vtkSmartPointer<vtkPolyData> place_shape(const recon::Scanner& scanner, const recon::EventBlock& events) {
  const vtkNew<vtkPoints> points;
  const vtkNew<vtkCellArray> vertices;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const vtkIdType point = points->InsertNextPoint(place_of(scanner, events, i).data());
    vertices->InsertNextCell(1, &point);
  }
  auto shape = vtkSmartPointer<vtkPolyData>::New();
  shape->SetPoints(points);
  shape->SetVerts(vertices);
  return shape;
}

vtkSmartPointer<vtkPolyData> fan_shape(const recon::Scanner& scanner, std::uint32_t crystal,
                                       const std::vector<std::uint32_t>& partners) {
  const vtkNew<vtkPoints> points;
  const vtkNew<vtkCellArray> lines;
  const vtkIdType apex = points->InsertNextPoint(scanner.crystal_centre_mm[crystal].data());
  for (const std::uint32_t partner : partners) {
    const vtkIdType ends[2]{apex, points->InsertNextPoint(scanner.crystal_centre_mm[partner].data())};
    lines->InsertNextCell(2, ends);
  }
  return lines_of(points, lines);
}

vtkSmartPointer<vtkPolyData> box_shape(const recon::ImageGrid& grid) { return outline(image_bounds(grid)); }

vtkSmartPointer<vtkPolyData> crosshair_shape(const recon::ImageGrid& grid, const std::array<double, 3>& point_mm) {
  const Bounds bounds = image_bounds(grid);
  const vtkNew<vtkPoints> points;
  const vtkNew<vtkCellArray> lines;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    std::array<double, 3> low = point_mm;
    std::array<double, 3> high = point_mm;
    low[axis] = bounds[2 * axis];
    high[axis] = bounds[2 * axis + 1];
    const vtkIdType ends[2]{points->InsertNextPoint(low.data()), points->InsertNextPoint(high.data())};
    lines->InsertNextCell(2, ends);
  }
  return lines_of(points, lines);
}

namespace {

/// Its border at both ends.
vtkSmartPointer<vtkPolyData> polygon_shape(const Roi& roi) {
  const vtkNew<vtkPoints> points;
  const vtkNew<vtkCellArray> lines;
  const auto along = static_cast<std::size_t>(roi.axis);
  for (const double side : {-1.0, 1.0}) {
    const vtkIdType first = points->GetNumberOfPoints();
    const auto count = static_cast<vtkIdType>(roi.corners.size());
    for (vtkIdType i = 0; i < count; ++i) {
      std::array<double, 3> point = roi.centre_mm;
      point[along] += side * roi.half_size_mm[along];
      for (std::size_t j = 0; j < 2; ++j) {
        const std::size_t axis = recon::polygon_axes(roi.axis)[j];
        point[axis] += roi.half_size_mm[axis] * roi.corners[static_cast<std::size_t>(i)][j];
      }
      points->InsertNextPoint(point.data());
      const vtkIdType ends[2]{first + i, first + (i + 1) % count};
      lines->InsertNextCell(2, ends);
    }
  }
  return lines_of(points, lines);
}

/// Each line in the region's colour.
vtkPolyData* coloured(vtkPolyData* shape, const Roi& roi) {
  const QColor colour(QString::fromStdString(roi.colour));
  const vtkNew<vtkUnsignedCharArray> colours;
  colours->SetName("colour");
  colours->SetNumberOfComponents(3);
  for (vtkIdType i = 0; i < shape->GetNumberOfCells(); ++i) {
    colours->InsertNextTuple3(colour.red(), colour.green(), colour.blue());
  }
  shape->GetCellData()->SetScalars(colours);
  return shape;
}

}  // namespace

vtkSmartPointer<vtkPolyData> roi_shape(const std::vector<Roi>& rois) {
  constexpr std::array<std::array<double, 3>, 3> normals{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  const vtkNew<vtkAppendPolyData> all;
  for (const Roi& roi : rois) {
    const std::array<double, 3> size = roi_size_mm(roi);
    if (roi.shape == RoiShape::polygon) {
      all->AddInputData(coloured(polygon_shape(roi), roi));
      continue;
    }
    if (roi.shape != RoiShape::sphere && roi.shape != RoiShape::ellipsoid) {
      std::array<double, 6> bounds{};
      for (std::size_t axis = 0; axis < 3; ++axis) {
        bounds[2 * axis] = roi.centre_mm[axis] - 0.5 * size[axis];
        bounds[2 * axis + 1] = roi.centre_mm[axis] + 0.5 * size[axis];
      }
      all->AddInputData(coloured(outline(bounds), roi));
      continue;
    }
    for (const auto& normal : normals) {
      const vtkNew<vtkRegularPolygonSource> circle;
      circle->SetNormal(normal[0], normal[1], normal[2]);
      circle->SetRadius(1);
      circle->SetNumberOfSides(48);
      circle->GeneratePolygonOff();
      circle->Update();
      vtkPoints* points = circle->GetOutput()->GetPoints();
      for (vtkIdType i = 0; i < points->GetNumberOfPoints(); ++i) {
        std::array<double, 3> point{};
        points->GetPoint(i, point.data());
        for (std::size_t axis = 0; axis < 3; ++axis) {
          point[axis] = roi.centre_mm[axis] + 0.5 * size[axis] * point[axis];
        }
        points->SetPoint(i, point.data());
      }
      all->AddInputData(coloured(circle->GetOutput(), roi));
    }
  }
  if (rois.empty()) {
    return vtkSmartPointer<vtkPolyData>::New();
  }
  all->Update();
  return all->GetOutput();
}

}  // namespace coincide::gui
