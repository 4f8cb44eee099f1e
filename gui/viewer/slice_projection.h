#pragma once

#include <QPointF>
#include <array>

#include "gui/model/slice_plane.h"

namespace coincide::gui {

/// Where points of a slice lie on its view: the centre in the middle, so many pixels per mm.
struct SliceProjection {
  SlicePlane plane;
  bool is_down = false;  ///< the vertical direction is downwards
  std::array<double, 3> centre_mm{};
  QPointF middle;
  double pixels_per_mm = 1;
  bool is_mirrored = false;  ///< the direction to the right runs to the left

  QPointF to_screen(const std::array<double, 3>& mm) const {
    const Eigen::Vector3d offset = vector(mm) - vector(centre_mm);
    return middle + pixels_per_mm * QPointF(across() * offset.dot(plane.right), sign() * offset.dot(plane.vertical));
  }
  /// In the plane of the slice that goes through `through_mm`.
  std::array<double, 3> to_mm(const QPointF& screen, const std::array<double, 3>& through_mm) const {
    const QPointF offset = (screen - middle) / pixels_per_mm;
    const Eigen::Vector3d from_centre = vector(through_mm) - vector(centre_mm);
    const Eigen::Vector3d mm = vector(through_mm) +
                               (across() * offset.x() - from_centre.dot(plane.right)) * plane.right +
                               (sign() * offset.y() - from_centre.dot(plane.vertical)) * plane.vertical;
    return {mm[0], mm[1], mm[2]};
  }

 private:
  static Eigen::Vector3d vector(const std::array<double, 3>& mm) { return {mm[0], mm[1], mm[2]}; }
  double across() const { return is_mirrored ? -1 : 1; }
  double sign() const { return is_down ? 1 : -1; }  ///< of the vertical direction on the screen, where y runs down
};

}  // namespace coincide::gui
