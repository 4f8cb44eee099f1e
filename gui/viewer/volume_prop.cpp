#include "gui/viewer/volume_prop.h"

#include <vtkColorTransferFunction.h>
#include <vtkGPUVolumeRayCastMapper.h>
#include <vtkImageData.h>
#include <vtkPiecewiseFunction.h>
#include <vtkPointData.h>
#include <vtkUnsignedCharArray.h>
#include <vtkVolume.h>
#include <vtkVolumeProperty.h>

#include <algorithm>

#include "gui/model/colour_maps.h"

namespace coincide::gui {
namespace {

/// What the screen can show: VTK's tables of colours and opacities then fit the card, however much brighter than the
/// window the brightest voxel is.
constexpr int num_levels = 256;

}  // namespace

VolumeProp::VolumeProp() {
  mapper_->SetAutoAdjustSampleDistances(0);  // the view says how many rays it can afford
  mapper_->SetInputData(levels_);
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
  volume_ = std::move(volume);
  prop_->SetVisibility(volume_ != nullptr && style_ != VolumeStyle::hidden);
  if (!volume_) {
    return;
  }
  const auto& shape = volume_->shape;
  const auto& size = volume_->voxel_size_mm;
  levels_->SetDimensions(static_cast<int>(shape[0]), static_cast<int>(shape[1]), static_cast<int>(shape[2]));
  levels_->SetSpacing(size[0], size[1], size[2]);
  levels_->SetOrigin(volume_->origin_mm.data());
  mapper_->SetSampleDistance(static_cast<float>(0.5 * std::ranges::min(size)));
  set_levels();
}

void VolumeProp::set_levels() {
  if (!volume_) {
    return;
  }
  const vtkNew<vtkUnsignedCharArray> levels;
  levels->SetNumberOfValues(static_cast<vtkIdType>(volume_->values.size()));
  const auto low = static_cast<float>(low_);
  const auto scale = static_cast<float>((num_levels - 1) / (high_ - low_));
  std::ranges::transform(volume_->values, levels->GetPointer(0), [=](float value) {
    return static_cast<unsigned char>(std::clamp((value - low) * scale, 0.0F, num_levels - 1.0F));
  });
  levels_->GetPointData()->SetScalars(levels);
  levels_->Modified();
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
  if (low != low_ || high != high_) {
    low_ = low;
    high_ = high;
    set_levels();
  }
  colours_->RemoveAllPoints();
  for (const ColourMap::Point& point : find_colour_map(colour_map).points) {
    colours_->AddRGBPoint(point.at * (num_levels - 1), point.rgb[0], point.rgb[1], point.rgb[2]);
  }
}

void VolumeProp::set_strength(double strength) {
  strength_ = strength;
  set_opacity();
}

void VolumeProp::set_opacity() {
  constexpr double top = num_levels - 1;
  opacity_->RemoveAllPoints();
  opacity_->AddPoint(0, 0);
  if (style_ == VolumeStyle::rendering) {
    // Half of the light is lost on a centimetre at the top of the window: deep enough to see into an object.
    opacity_->AddPoint(0.2 * top, 0.02 * strength_);
    opacity_->AddPoint(top, 0.5 * strength_);
    prop_->GetProperty()->SetScalarOpacityUnitDistance(10);
  } else {
    // What is at the low end lets the scanner shine through; all else has its exact colour.
    opacity_->AddPoint(0.05 * top, strength_);
  }
}

void VolumeProp::set_ray_distance(float pixels) { mapper_->SetImageSampleDistance(pixels); }

}  // namespace coincide::gui
