#include "gui/viewer/scene_camera.h"

#include <vtkBoundingBox.h>
#include <vtkCamera.h>
#include <vtkRenderer.h>

#include <algorithm>
#include <cmath>

#include "gui/viewer/scene_shapes.h"

namespace coincide::gui {
namespace {

bool differs(double a, double b) { return std::abs(a - b) > 1e-6 * std::max(1.0, std::abs(b)); }

}  // namespace

SceneCamera::SceneCamera(ViewState& view, vtkRenderer& renderer) : view_(view), renderer_(renderer) {
  renderer.GetActiveCamera()->ParallelProjectionOn();  // sizes can be compared
}

SceneCamera::Pose SceneCamera::pose() const {
  vtkCamera& camera = *renderer_.GetActiveCamera();
  Pose pose{.position = {}, .focus = {}, .up = {}, .scale = camera.GetParallelScale()};
  camera.GetPosition(pose.position.data());
  camera.GetFocalPoint(pose.focus.data());
  camera.GetViewUp(pose.up.data());
  return pose;
}

void SceneCamera::take(const Pose& pose) {
  vtkCamera& camera = *renderer_.GetActiveCamera();
  camera.SetPosition(pose.position.data());
  camera.SetFocalPoint(pose.focus.data());
  camera.SetViewUp(pose.up.data());
  camera.SetParallelScale(pose.scale);
  renderer_.ResetCameraClippingRange();
}

void SceneCamera::keep_sight() {
  if (!view_.has_image()) {
    return;
  }
  const Pose now = pose();
  kept_ = {.from = now.position, .up = now.up};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    kept_.from[axis] -= now.focus[axis];
  }
  view_.keep_sight(kept_);
}

void SceneCamera::follow(const JobGeometry* geometry, int height) {
  geometry_ = geometry;
  height_ = std::max(1, height);
  const bool has_image = view_.has_image();
  const char* shown = has_image ? "image of " : geometry ? "scanner of " : "nothing of ";
  *poses_ = pose();
  const bool is_same = !poses_.choose(shown + view_.subject().data);
  if (has_image && (!is_same || view_.sight() != kept_)) {  // other data, or a session of them has been opened
    look_from(view_.sight());
  } else if (is_same) {
    link();
  } else if (*poses_) {
    take(**poses_);
  } else {
    look_obliquely();
  }
}

void SceneCamera::look_from(const Sight& sight) {
  vtkBoundingBox seen;
  if (view_.has_image()) {
    seen.AddBounds(image_bounds(view_.image()->grid).data());
  } else if (geometry_ != nullptr) {
    seen.AddBounds(image_bounds(geometry_->grid).data());
    for (const recon::Vec3& centre : geometry_->scanner.crystal_centre_mm) {
      seen.AddPoint(centre[0], centre[1], centre[2]);
    }
  }
  if (!seen.IsValid()) {
    return;
  }
  vtkCamera& camera = *renderer_.GetActiveCamera();
  const double* focus = camera.GetFocalPoint();
  camera.SetPosition(focus[0] + sight.from[0], focus[1] + sight.from[1], focus[2] + sight.from[2]);
  camera.SetViewUp(sight.up.data());
  std::array<double, 6> bounds{};
  seen.GetBounds(bounds.data());
  renderer_.ResetCamera(bounds.data());
  camera.Zoom(1.25);  // VTK leaves a wide margin
  link();
  keep_sight();
}

void SceneCamera::turn(double azimuth_degrees, double elevation_degrees) {
  vtkCamera& camera = *renderer_.GetActiveCamera();
  camera.Azimuth(azimuth_degrees);
  camera.Elevation(elevation_degrees);
  camera.OrthogonalizeViewUp();  // or it could not pass the pole
  renderer_.ResetCameraClippingRange();
  keep_sight();
}

void SceneCamera::zoom(double factor) { renderer_.GetActiveCamera()->Zoom(factor); }

void SceneCamera::link() {
  if (!view_.has_image()) {
    return;
  }
  Pose now = pose();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    now.position[axis] += view_.camera().centre_mm[axis] - now.focus[axis];
  }
  now.focus = view_.camera().centre_mm;
  now.scale = 0.5 * height_ / view_.pixels_per_mm();
  take(now);
}

void SceneCamera::tell_slices() {
  if (!view_.has_image()) {
    return;
  }
  const Pose now = pose();
  Camera camera = view_.camera();
  const double factor = 0.5 * height_ / (now.scale * view_.pixels_per_mm());
  bool is_other = differs(factor, 1);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    is_other = is_other || differs(now.focus[axis], camera.centre_mm[axis]);
  }
  if (is_other) {
    camera.centre_mm = now.focus;
    camera.zoom_about(factor, now.focus);
    view_.set_camera(camera);
  }
  keep_sight();
}

}  // namespace coincide::gui
