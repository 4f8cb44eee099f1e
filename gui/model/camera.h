#pragma once

#include <array>
#include <span>

#include "recon/image.h"

namespace coincide::gui {

/// How slices and 3-D view look at an image, all alike.
struct Camera {
  double zoom = 1;  ///< 1: as large as all slices fit
  std::array<double, 3> centre_mm{};

  /// So that the point stays where it is on the screen.
  void zoom_about(double factor, const std::array<double, 3>& point_mm);
};

/// From where the 3-D view looks at the middle: the way to the eye, and what is upwards there. Of any length.
struct Sight {
  std::array<double, 3> from{0.5, -1, 0.35}, up{0, 0, 1};
  bool operator==(const Sight&) const = default;
};

/// Between 0.2 and 50, as far as one sees anything.
double kept_zoom(double zoom);

/// All of the image, its middle in the middle.
Camera camera_on(const recon::ImageGrid& grid);

/// The slice that `axis` stands on, in a view of so many pixels.
struct SliceArea {
  int axis = 2;
  double width = 1, height = 1;
};

/// Pixels per mm at which every slice just fits into its area; 1 without areas.
double fitting_scale(const recon::ImageGrid& grid, std::span<const SliceArea> areas);

}  // namespace coincide::gui
