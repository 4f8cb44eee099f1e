#pragma once

#include <array>
#include <optional>
#include <string>

#include "gui/model/per_data.h"
#include "gui/model/scene_state.h"
#include "gui/model/view_state.h"

class vtkRenderer;

namespace coincide::gui {

/// From where the 3-D view looks. Each data have a camera of their own for their scanner, and one for their images,
/// which has the scale of the slices and the same point in the middle.
class SceneCamera {
 public:
  /// Both outlive this.
  SceneCamera(ViewState& view, vtkRenderer& renderer);

  /// Takes over what is shown: where the camera was left, or from obliquely above. `height` of the view in pixels.
  void follow(const JobGeometry* geometry, int height);
  /// At the middle of what is shown.
  void look_from(const Sight& sight);
  void look_obliquely() { look_from(Sight{}); }
  /// Round what is in the middle.
  void turn(double azimuth_degrees, double elevation_degrees);
  void zoom(double factor);
  /// The user has turned, zoomed or moved: the slices follow.
  void tell_slices();

 private:
  struct Pose {
    std::array<double, 3> position, focus, up;
    double scale;
  };
  Pose pose() const;
  /// Of an image, to be found again with it.
  void keep_sight();
  void take(const Pose& pose);
  void link();

  ViewState& view_;
  vtkRenderer& renderer_;
  const JobGeometry* geometry_ = nullptr;
  int height_ = 1;
  Sight kept_;
  PerData<std::optional<Pose>> poses_;  ///< by data, and whether it is their scanner or an image
};

}  // namespace coincide::gui
