#pragma once

#include <Eigen/Core>

namespace coincide::gui {

/// How a slice is turned out of the axes, about the point under the crosshair: first about the axis that runs to the
/// right on the screen, then about the one that ran up or down.
struct Turn {
  double tilt_degrees = 0, swivel_degrees = 0;
  bool operator==(const Turn&) const = default;

  bool is_none() const { return *this == Turn{}; }
};

/// Directions of a slice in scanner axes, each of length 1. `right` and `vertical` are those of recon::slice_axes(),
/// upwards or downwards as that says; `normal` is that of the axis that the slice is perpendicular to.
struct SlicePlane {
  Eigen::Vector3d right, vertical, normal;
};

/// Of the slice that `axis` stands on, turned like that.
SlicePlane slice_plane(int axis, const Turn& turn = {});

}  // namespace coincide::gui
