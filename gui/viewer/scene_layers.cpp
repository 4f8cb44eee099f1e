#include "gui/viewer/scene_layers.h"

#include <vtkActor.h>
#include <vtkFloatArray.h>
#include <vtkFlyingEdges3D.h>
#include <vtkImageData.h>
#include <vtkMatrix4x4.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPolyData.h>
#include <vtkPolyDataMapper.h>
#include <vtkProperty.h>
#include <vtkRenderer.h>
#include <vtkSmartPointer.h>
#include <vtkVolume.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "gui/model/colour_maps.h"
#include "gui/viewer/volume_prop.h"
#include "gui/worker/latest_task.h"

namespace coincide::gui {
namespace {

constexpr std::int64_t most_layer_voxels = 4'000'000;  ///< of a layer: it is drawn besides the image

/// From the axes of its volume, those of its image's grid, to where the layer is shown.
vtkNew<vtkMatrix4x4> matrix_of(const Layer& layer) {
  const Eigen::Affine3d to_shown = shown_mm_to_index(layer).inverse() * index_to_mm(layer.image->grid).inverse();
  vtkNew<vtkMatrix4x4> matrix;
  for (int row = 0; row < 4; ++row) {
    for (int column = 0; column < 4; ++column) {
      matrix->SetElement(row, column, to_shown.matrix()(row, column));
    }
  }
  return matrix;
}

vtkSmartPointer<vtkPolyData> surface_of(const Volume& volume, double level) {
  const vtkNew<vtkFloatArray> values;
  values->SetArray(const_cast<float*>(volume.values.data()), static_cast<vtkIdType>(volume.values.size()), 1);
  const vtkNew<vtkImageData> image;
  image->SetDimensions(static_cast<int>(volume.shape[0]), static_cast<int>(volume.shape[1]),
                       static_cast<int>(volume.shape[2]));
  image->SetSpacing(volume.voxel_size_mm.data());
  image->SetOrigin(volume.origin_mm.data());
  image->GetPointData()->SetScalars(values);
  const vtkNew<vtkFlyingEdges3D> edges;
  edges->SetInputData(image);
  edges->SetValue(0, level);
  edges->ComputeScalarsOff();
  edges->Update();
  vtkSmartPointer<vtkPolyData> surface = vtkSmartPointer<vtkPolyData>::New();
  surface->ShallowCopy(edges->GetOutput());
  return surface;
}

/// What is made of a layer in a thread of its own.
struct Made {
  std::shared_ptr<const Volume> volume;
  vtkSmartPointer<vtkPolyData> surface;  ///< null: a volume is shown
};

}  // namespace

struct SceneLayers::Shown {
  Shown(int of, vtkRenderer& volumes, vtkRenderer& surfaces, std::function<void()> changed);
  ~Shown();
  void follow(const Layer& layer, const SceneOptions& options);
  bool is_of(const Layer& layer) const {
    return layer.image == image_ && layer.contour == contour_ && !task_.is_busy();
  }

  int number;  ///< of the layer
  VolumeProp volume;
  vtkNew<vtkPolyDataMapper> mapper;
  vtkNew<vtkActor> surface;

 private:
  void request(const Layer& layer);
  void take(Made&& made);

  vtkRenderer& volumes_;
  vtkRenderer& surfaces_;
  std::function<void()> changed_;
  std::shared_ptr<const recon::Image> image_;  ///< what was made, or is being made, is of
  std::optional<double> contour_;
  Made made_;
  LatestTask<Made> task_;
};

SceneLayers::Shown::Shown(int of, vtkRenderer& volumes, vtkRenderer& surfaces, std::function<void()> changed)
    : number(of),
      volumes_(volumes),
      surfaces_(surfaces),
      changed_(std::move(changed)),
      task_({.answered = [this](Made&& made) { take(std::move(made)); }}) {
  surface->SetMapper(mapper);
  surface->VisibilityOff();
  volumes_.AddVolume(&volume.prop());
  surfaces_.AddActor(surface);
}

SceneLayers::Shown::~Shown() {
  volumes_.RemoveVolume(&volume.prop());
  surfaces_.RemoveActor(surface);
}

void SceneLayers::Shown::request(const Layer& layer) {
  const std::shared_ptr<const Volume> same = layer.image == image_ ? made_.volume : nullptr;
  image_ = layer.image;
  contour_ = layer.contour;
  task_.request([image = image_, contour = contour_, same](const recon::Reporter& reporter) {
    const auto stop = [&reporter] { return reporter.stop_requested(); };
    Made made{same ? same : std::make_shared<const Volume>(make_volume(*image, most_layer_voxels, stop)), nullptr};
    if (contour && !stop()) {
      made.surface = surface_of(*made.volume, *contour);
    }
    return made;
  });
}

void SceneLayers::Shown::take(Made&& made) {
  made_ = std::move(made);
  volume.set_volume(contour_ ? nullptr : made_.volume);
  mapper->SetInputData(made_.surface);
  surface->SetVisibility(made_.surface != nullptr);
  changed_();
}

void SceneLayers::Shown::follow(const Layer& layer, const SceneOptions& options) {
  constexpr double bright = 0.75;      // of the map, as the line in the slices
  constexpr double see_through = 0.4;  // the image is inside
  const bool is_shown = layer.is_shown && options.layers;
  if (is_shown && (layer.image != image_ || layer.contour != contour_)) {
    request(layer);
  }
  const bool is_volume = is_shown && !layer.contour && layer.opacity > 0;
  volume.set_style(!is_volume                              ? VolumeStyle::hidden
                   : options.volume == VolumeStyle::hidden ? VolumeStyle::maximum
                                                           : options.volume);
  volume.set_colours(layer.colour_map, layer.low, layer.high);
  volume.set_strength(layer.opacity);
  const vtkNew<vtkMatrix4x4> place = matrix_of(layer);
  volume.prop().SetUserMatrix(place);
  surface->SetUserMatrix(place);
  surface->SetVisibility(is_shown && layer.contour && made_.surface != nullptr);
  auto rgb = find_colour_map(layer.colour_map).colour(bright);
  surface->GetProperty()->SetColor(rgb.data());
  surface->GetProperty()->SetOpacity(see_through);
}

SceneLayers::SceneLayers(vtkRenderer& volumes, vtkRenderer& surfaces, std::function<void()> changed)
    : volumes_(volumes), surfaces_(surfaces), changed_(std::move(changed)) {}

SceneLayers::~SceneLayers() = default;

void SceneLayers::refresh(const ViewState& view, const SceneOptions& options) {
  const std::vector<Layer> layers = view.has_image() ? view.layers() : std::vector<Layer>{};
  std::erase_if(shown_, [&layers](const auto& shown) {
    return std::ranges::find(layers, shown->number, &Layer::number) == layers.end();
  });
  for (const Layer& layer : layers) {
    auto found = std::ranges::find(shown_, layer.number, [](const auto& shown) { return shown->number; });
    if (found == shown_.end()) {
      found = shown_.insert(found, std::make_unique<Shown>(layer.number, volumes_, surfaces_, changed_));
      (*found)->volume.set_ray_distance(ray_distance_);
    }
    (*found)->follow(layer, options);
  }
}

bool SceneLayers::are_up_to_date(const ViewState& view, const SceneOptions& options) const {
  return !options.layers || std::ranges::all_of(view.layers(), [this](const Layer& layer) {
    return !layer.is_shown || std::ranges::any_of(shown_, [&layer](const auto& shown) {
      return shown->number == layer.number && shown->is_of(layer);
    });
  });
}

void SceneLayers::set_ray_distance(float pixels) {
  ray_distance_ = pixels;
  for (const auto& shown : shown_) {
    shown->volume.set_ray_distance(pixels);
  }
}

}  // namespace coincide::gui
