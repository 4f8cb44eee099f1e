#pragma once

#include <QPointF>
#include <array>

#include "recon/slice.h"

namespace coincide::gui {

/// Where points of a slice lie on its view: the centre in the middle, so many pixels per mm.
struct SliceProjection {
  recon::SliceAxes axes;
  std::array<double, 3> centre_mm{};
  QPointF middle;
  double pixels_per_mm = 1;
  bool is_mirrored = false;  ///< the axis to the right runs to the left

  QPointF to_screen(double right_mm, double vertical_mm) const {
    return middle + pixels_per_mm * QPointF(across() * (right_mm - at(centre_mm, axes.right)),
                                            sign() * (vertical_mm - at(centre_mm, axes.vertical)));
  }
  QPointF to_screen(const std::array<double, 3>& mm) const {
    return to_screen(at(mm, axes.right), at(mm, axes.vertical));
  }
  /// In the plane of the slice that goes through `through_mm`.
  std::array<double, 3> to_mm(const QPointF& screen, const std::array<double, 3>& through_mm) const {
    std::array<double, 3> mm = through_mm;
    const QPointF offset = (screen - middle) / pixels_per_mm;
    mm[static_cast<std::size_t>(axes.right)] = at(centre_mm, axes.right) + across() * offset.x();
    mm[static_cast<std::size_t>(axes.vertical)] = at(centre_mm, axes.vertical) + sign() * offset.y();
    return mm;
  }

 private:
  static double at(const std::array<double, 3>& mm, int axis) { return mm[static_cast<std::size_t>(axis)]; }
  double across() const { return is_mirrored ? -1 : 1; }
  double sign() const { return axes.down ? 1 : -1; }  ///< of the vertical axis on the screen, where y runs down
};

}  // namespace coincide::gui
