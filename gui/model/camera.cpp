#include "gui/model/camera.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "recon/slice.h"

namespace coincide::gui {
namespace {

constexpr double margin = 0.95;  ///< of a view, which the image may fill

double extent_mm(const recon::ImageGrid& grid, int axis) {
  const auto a = static_cast<std::size_t>(axis);
  return static_cast<double>(grid.shape[a]) * static_cast<double>(grid.voxel_size_mm[a]);
}

}  // namespace

void Camera::zoom_about(double factor, const std::array<double, 3>& point_mm) {
  const double before = zoom;
  zoom = kept_zoom(zoom * factor);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    centre_mm[axis] = point_mm[axis] + (centre_mm[axis] - point_mm[axis]) * before / zoom;
  }
}

double kept_zoom(double zoom) { return std::clamp(zoom, 0.2, 50.0); }

Camera camera_on(const recon::ImageGrid& grid) {
  Camera camera;
  for (std::size_t a = 0; a < 3; ++a) {
    camera.centre_mm[a] = grid.origin_mm[a] + 0.5 * static_cast<double>(grid.shape[a] - 1) * grid.voxel_size_mm[a];
  }
  return camera;
}

double fitting_scale(const recon::ImageGrid& grid, std::span<const SliceArea> areas) {
  double scale = std::numeric_limits<double>::infinity();
  for (const SliceArea& area : areas) {
    const recon::SliceAxes axes = recon::slice_axes(area.axis);
    scale = std::min({scale, area.width / extent_mm(grid, axes.right), area.height / extent_mm(grid, axes.vertical)});
  }
  return std::isfinite(scale) && scale > 0 ? margin * scale : 1;
}

}  // namespace coincide::gui
