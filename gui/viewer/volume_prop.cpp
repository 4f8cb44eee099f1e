#include "gui/viewer/volume_prop.h"

#include <vtkColorTransferFunction.h>
#include <vtkFloatArray.h>
#include <vtkGPUVolumeRayCastMapper.h>
#include <vtkImageData.h>
#include <vtkPiecewiseFunction.h>
#include <vtkPointData.h>
#include <vtkVolume.h>
#include <vtkVolumeProperty.h>

#include <algorithm>

#include "gui/model/colour_maps.h"

namespace coincide::gui {

VolumeProp::VolumeProp() {
  mapper_->SetAutoAdjustSampleDistances(0);  // the view says how many rays it can afford
  mapper_->SetInputData(data_);
  prop_->SetMapper(mapper_);
  prop_->GetProperty()->SetInterpolationTypeToLinear();
  prop_->GetProperty()->SetColor(colours_);
  prop_->GetProperty()->SetScalarOpacity(opacity_);
  prop_->VisibilityOff();
  set_style(style_);
}

VolumeProp::~VolumeProp() = default;

vtkVolume& VolumeProp::prop() { return *prop_; }

void VolumeProp::set_volume(std::shared_ptr<const Volume> volume) {
  const std::shared_ptr<const Volume> before = std::exchange(volume_, std::move(volume));  // VTK may still look at it
  prop_->SetVisibility(volume_ != nullptr && style_ != VolumeStyle::hidden);
  if (!volume_) {
    return;
  }
  const auto& shape = volume_->shape;
  const auto& size = volume_->voxel_size_mm;
  data_->SetDimensions(static_cast<int>(shape[0]), static_cast<int>(shape[1]), static_cast<int>(shape[2]));
  data_->SetSpacing(size[0], size[1], size[2]);
  data_->SetOrigin(volume_->origin_mm.data());
  const vtkNew<vtkFloatArray> values;
  // VTK only reads what its mappers are given, but its arrays know no const.
  values->SetArray(const_cast<float*>(volume_->values.data()), static_cast<vtkIdType>(volume_->values.size()), 1);
  data_->GetPointData()->SetScalars(values);
  data_->Modified();
  mapper_->SetSampleDistance(static_cast<float>(0.7 * std::ranges::min(size)));
  set_opacity();
}

void VolumeProp::set_style(VolumeStyle style) {
  style_ = style;
  if (style == VolumeStyle::rendering) {
    mapper_->SetBlendModeToComposite();
  } else {
    mapper_->SetBlendModeToMaximumIntensity();
  }
  prop_->SetVisibility(volume_ != nullptr && style != VolumeStyle::hidden);
  set_opacity();
}

void VolumeProp::set_colours(const std::string& colour_map, double low, double high) {
  low_ = low;
  high_ = high;
  colours_->RemoveAllPoints();
  for (const ColourMap::Point& point : find_colour_map(colour_map).points) {
    colours_->AddRGBPoint(low + point.at * (high - low), point.rgb[0], point.rgb[1], point.rgb[2]);
  }
  set_opacity();
}

void VolumeProp::set_opacity() {
  opacity_->RemoveAllPoints();
  opacity_->AddPoint(low_, 0);
  if (style_ == VolumeStyle::rendering) {
    // Half of the light is lost on a centimetre at the top of the window: deep enough to see into an object.
    opacity_->AddPoint(low_ + 0.2 * (high_ - low_), 0.02);
    opacity_->AddPoint(high_, 0.5);
    prop_->GetProperty()->SetScalarOpacityUnitDistance(10);
  } else {
    // What is at the low end lets the scanner shine through; all else has its exact colour.
    opacity_->AddPoint(low_ + 0.05 * (high_ - low_), 1);
  }
}

void VolumeProp::set_ray_distance(float pixels) { mapper_->SetImageSampleDistance(pixels); }

}  // namespace coincide::gui
