#pragma once

#include <vtkNew.h>

#include <memory>
#include <string>

#include "gui/model/scene_state.h"
#include "gui/model/volume.h"

class vtkColorTransferFunction;
class vtkGPUVolumeRayCastMapper;
class vtkImageData;
class vtkPiecewiseFunction;
class vtkVolume;

namespace coincide::gui {

/// The image in the 3-D view: projection of maxima or volume rendering.
class VolumeProp {
 public:
  VolumeProp();
  ~VolumeProp();

  vtkVolume& prop();
  /// Null hides it.
  void set_volume(std::shared_ptr<const Volume> volume);
  void set_style(VolumeStyle style);
  /// As in the slices: `low` has the first colour of the map and is transparent.
  void set_colours(const std::string& colour_map, double low, double high);
  /// Part of the light that it takes: 1 of an image, less of what others shine through.
  void set_strength(double strength);
  /// Draws every `pixels`-th ray along each side of the picture: 1 is exact, more is faster.
  void set_ray_distance(float pixels);

 private:
  void set_levels();
  void set_opacity();

  std::shared_ptr<const Volume> volume_;
  VolumeStyle style_ = VolumeStyle::maximum;
  double low_ = 0, high_ = 1, strength_ = 1;
  vtkNew<vtkImageData> levels_;  ///< the volume as levels of the window
  vtkNew<vtkGPUVolumeRayCastMapper> mapper_;
  vtkNew<vtkColorTransferFunction> colours_;
  vtkNew<vtkPiecewiseFunction> opacity_;
  vtkNew<vtkVolume> prop_;
};

}  // namespace coincide::gui
