#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "gui/model/scene_state.h"
#include "gui/model/view_state.h"

class vtkRenderer;

namespace coincide::gui {

/// The layers over the image in the 3-D view: each as a volume in its own colours, window and opacity, or as the
/// surface where it has the value of its contour. On their own grids, where they lie in the slices.
class SceneLayers {
 public:
  /// Volumes go behind what is in `surfaces`. `changed` is called when a layer that took its time can be drawn. All
  /// outlive this.
  SceneLayers(vtkRenderer& volumes, vtkRenderer& surfaces, std::function<void()> changed);
  ~SceneLayers();

  void refresh(const ViewState& view, const SceneOptions& options);
  /// None takes its time any more.
  bool are_up_to_date(const ViewState& view, const SceneOptions& options) const;
  /// As VolumeProp::set_ray_distance().
  void set_ray_distance(float pixels);

 private:
  struct Shown;
  vtkRenderer& volumes_;
  vtkRenderer& surfaces_;
  std::function<void()> changed_;
  float ray_distance_ = 1;
  std::vector<std::unique_ptr<Shown>> shown_;
};

}  // namespace coincide::gui
