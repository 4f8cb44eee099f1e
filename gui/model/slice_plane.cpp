#include "gui/model/slice_plane.h"

#include <Eigen/Geometry>
#include <numbers>

#include "recon/slice.h"

namespace coincide::gui {

SlicePlane slice_plane(int axis, const Turn& turn) {
  const recon::SliceAxes axes = recon::slice_axes(axis);
  const Eigen::Vector3d right = Eigen::Vector3d::Unit(axes.right), vertical = Eigen::Vector3d::Unit(axes.vertical);
  if (turn.is_none()) {
    return {right, vertical, Eigen::Vector3d::Unit(axis)};
  }
  constexpr double radians = std::numbers::pi / 180;
  const Eigen::Matrix3d turned = (Eigen::AngleAxisd(radians * turn.swivel_degrees, vertical) *
                                  Eigen::AngleAxisd(radians * turn.tilt_degrees, right))
                                     .toRotationMatrix();
  return {turned * right, turned * vertical, turned * Eigen::Vector3d::Unit(axis)};
}

}  // namespace coincide::gui
