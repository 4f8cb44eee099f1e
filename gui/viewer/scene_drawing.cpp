#include "gui/viewer/scene_drawing.h"

#include <vtkActor.h>
#include <vtkAxesActor.h>
#include <vtkBoundingBox.h>
#include <vtkCamera.h>
#include <vtkCaptionActor2D.h>
#include <vtkInteractorStyleTrackballCamera.h>
#include <vtkPolyData.h>
#include <vtkPolyDataMapper.h>
#include <vtkProperty.h>
#include <vtkRenderWindow.h>
#include <vtkRenderer.h>
#include <vtkTextActor.h>
#include <vtkTextProperty.h>
#include <vtkTransform.h>
#include <vtkVolume.h>

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>

#include "gui/model/colour_maps.h"
#include "gui/model/volume.h"
#include "gui/viewer/qt_colours.h"
#include "gui/viewer/scene_shapes.h"
#include "gui/viewer/slice_overlay.h"
#include "gui/viewer/vtk_interactor.h"
#include "gui/viewer/vtk_widget.h"

namespace coincide::gui {
namespace {

constexpr std::int64_t most_voxels = 8'000'000;  ///< turns at several pictures per second without a graphics card
constexpr std::size_t most_lors = 300;           ///< more hide the rest
constexpr std::size_t most_partners = 400;
constexpr double moving_ms = 30;     ///< what a picture may take while something moves
constexpr double resting_ms = 80;    ///< and a resting one: a run's live images must not hold the window up
constexpr float coarsest_rays = 4;   ///< distance in pixels that is coarse, but shows what is there
constexpr int still_after_ms = 600;  ///< longer than between the live images of a run

}  // namespace

SceneDrawing::Shape::Shape() {
  actor->SetMapper(mapper);
  actor->VisibilityOff();
}

SceneDrawing::Shape::~Shape() = default;

void SceneDrawing::Shape::show(vtkPolyData* shape) {
  mapper->SetInputData(shape);
  actor->SetVisibility(shape != nullptr);
}

SceneDrawing::SceneDrawing(ViewState& view, SceneState& scene, VtkWidget& widget)
    : view_(view),
      scene_(scene),
      widget_(widget),
      camera_(view, *renderer_),
      layers_(*renderer_, *overlay_, [this] { moved(); }),
      volume_task_({.answered = [this](std::shared_ptr<const Volume>&& made) { take_volume(std::move(made)); }}) {
  widget.render_window().SetNumberOfLayers(2);
  widget.render_window().AddRenderer(renderer_);
  widget.render_window().AddRenderer(overlay_);
  overlay_->SetLayer(1);
  overlay_->InteractiveOff();
  overlay_->SetActiveCamera(renderer_->GetActiveCamera());
  const vtkNew<vtkInteractorStyleTrackballCamera> style;
  widget.interactor().SetInteractorStyle(style);
  style->AddObserver(vtkCommand::InteractionEvent, this, &SceneDrawing::interacted);
  style->AddObserver(vtkCommand::EndInteractionEvent, this, &SceneDrawing::interacted);  // the wheel tells nothing else
  add_shapes();
  set_pixel_ratio(widget.devicePixelRatioF());
  still_.setSingleShot(true);
  QObject::connect(&still_, &QTimer::timeout, &still_, [this] {
    is_moving_ = false;
    drawn(last_ms_);
  });
}

SceneDrawing::~SceneDrawing() = default;

void SceneDrawing::add_shapes() {
  const auto paint = [](vtkRenderer& on, Shape& layer, double red, double green, double blue, double opacity) {
    layer.actor->GetProperty()->SetColor(red, green, blue);
    layer.actor->GetProperty()->SetOpacity(opacity);
    layer.actor->GetProperty()->LightingOff();
    on.AddActor(layer.actor);
  };
  paint(*renderer_, crystals_, 1, 1, 1, 1);
  crystals_.actor->GetProperty()->BackfaceCullingOn();
  paint(*renderer_, lors_, 0.9, 0.6, 0.1, 0.35);
  paint(*renderer_, places_, 0.85, 0.25, 0.05, 1);
  paint(*renderer_, fan_, 0.1, 0.5, 0.9, 0.35);
  paint(*renderer_, box_, 0.5, 0.5, 0.5, 1);
  paint(*overlay_, crosshair_, 0.25, 0.63, 1, 1);
  paint(*overlay_, regions_, 0.95, 0.35, 0.1, 1);
  regions_.width = 2;
  renderer_->AddVolume(&volume_.prop());
  overlay_->AddActor(axes_);
  axes_->VisibilityOff();
  for (vtkProperty* property :  // flat as all else: no shader of their own
       {axes_->GetXAxisShaftProperty(), axes_->GetYAxisShaftProperty(), axes_->GetZAxisShaftProperty(),
        axes_->GetXAxisTipProperty(), axes_->GetYAxisTipProperty(), axes_->GetZAxisTipProperty()}) {
    property->LightingOff();
  }
  for (vtkCaptionActor2D* caption : captions()) {
    caption->GetTextActor()->SetTextScaleModeToNone();  // or the letters grow with the view
    caption->GetCaptionTextProperty()->SetFontSize(12);
    caption->GetCaptionTextProperty()->ShadowOff();
    caption->GetCaptionTextProperty()->ItalicOff();
  }
}

/// Lines and points are given in pixels of the picture.
void SceneDrawing::set_pixel_ratio(double ratio) {
  for (Shape* shape : {&crystals_, &lors_, &places_, &fan_, &box_, &crosshair_, &regions_}) {
    shape->actor->GetProperty()->SetLineWidth(static_cast<float>(ratio) * shape->width);
    shape->actor->GetProperty()->SetPointSize(static_cast<float>(ratio) * 3);
  }
}

std::array<vtkCaptionActor2D*, 3> SceneDrawing::captions() const {
  return {axes_->GetXAxisCaptionActor2D(), axes_->GetYAxisCaptionActor2D(), axes_->GetZAxisCaptionActor2D()};
}

void SceneDrawing::refresh() {
  const SceneOptions wanted = scene_.options();
  const bool new_geometry = geometry_ != scene_.geometry();
  const bool new_data = data_ != scene_.data();
  const SceneOptions before = std::exchange(options_, wanted);
  geometry_ = scene_.geometry();
  data_ = scene_.data();
  refresh_image();
  layers_.refresh(view_, options_);
  if (new_geometry || new_data || wanted.crystals != before.crystals || wanted.fan != before.fan) {
    refresh_scanner(new_geometry);
  }
  if (new_geometry || new_data || wanted.events != before.events) {
    refresh_events();
  }
  const recon::ImageGrid* grid = view_.has_image() ? &view_.image()->grid : geometry_ ? &geometry_->grid : nullptr;
  box_.show(grid != nullptr && wanted.image_box ? box_shape(*grid).Get() : nullptr);
  crosshair_.show(view_.has_image() && wanted.crosshair ? crosshair_shape(view_.image()->grid, view_.cursor_mm()).Get()
                                                        : nullptr);
  regions_.show(view_.has_image() && !view_.rois().empty() ? roi_shape(view_.found_rois()).Get() : nullptr);
  camera_.follow(geometry_.get(), widget_.height());
  moved();
}

void SceneDrawing::refresh_image() {
  volume_.set_style(options_.volume);
  volume_.set_colours(view_.colour_map(), view_.window_low(), view_.window_high());
  const auto ground = find_colour_map(view_.colour_map()).colour(0);
  renderer_->SetBackground(ground[0], ground[1], ground[2]);
  const QColor letters = letter_colour(qt_colour(ground));
  for (vtkCaptionActor2D* caption : captions()) {
    caption->GetCaptionTextProperty()->SetColor(letters.redF(), letters.greenF(), letters.blueF());
  }
  if (view_.subject().name != shown_name_) {  // the next volume takes its time: until then this would pass for it
    shown_name_ = view_.subject().name;
    volume_.set_volume(nullptr);
    has_volume_ = false;
    image_ = nullptr;
  }
  if (view_.image() == image_ || options_.volume == VolumeStyle::hidden) {
    return;
  }
  image_ = view_.image();
  if (!view_.has_image()) {
    volume_task_.cancel();
    volume_.set_volume(nullptr);
    has_volume_ = false;
    return;
  }
  volume_task_.request([made_of = image_](const recon::Reporter& reporter) {
    return std::make_shared<const Volume>(
        make_volume(*made_of, most_voxels, [&reporter] { return reporter.stop_requested(); }));
  });
}

void SceneDrawing::take_volume(std::shared_ptr<const Volume> made) {
  if (!has_volume_) {  // what it costs is not known yet
    ray_distance_ = coarsest_rays;
    set_ray_distance(ray_distance_);
  }
  has_volume_ = true;
  volume_.set_volume(std::move(made));
  moved();
}

void SceneDrawing::set_ray_distance(float pixels) {
  volume_.set_ray_distance(pixels);
  layers_.set_ray_distance(pixels);
}

void SceneDrawing::refresh_scanner(bool new_scanner) {
  if (!geometry_) {
    crystals_.show(nullptr);
    fan_.show(nullptr);
    return;
  }
  const recon::Scanner& scanner = geometry_->scanner;
  if (new_scanner) {
    faces_ = crystal_faces(scanner);
  }
  const bool by_counts = options_.crystals == CrystalColours::by_counts && scene_.sample() != nullptr;
  crystals_.show(
      options_.crystals == CrystalColours::hidden
          ? nullptr
          : crystal_shape(scanner, faces_, by_counts ? data_->prompts_per_crystal : std::vector<std::uint64_t>{})
                .Get());
  fan_.show(options_.fan ? fan_shape(scanner, *options_.fan, fan_of(*geometry_, *options_.fan, most_partners)).Get()
                         : nullptr);
}

void SceneDrawing::refresh_events() {
  const recon::EventBlock* sample = options_.events ? scene_.sample() : nullptr;
  lors_.show(sample != nullptr ? lor_shape(geometry_->scanner, *sample, most_lors).Get() : nullptr);
  places_.show(sample != nullptr && geometry_->scanner.has_tof() ? place_shape(geometry_->scanner, *sample).Get()
                                                                 : nullptr);
}

/// In the lower left corner of the view, whatever of the box lies outside of it or in front of them.
void SceneDrawing::place_axes(const QSize& points) {
  axes_->SetVisibility(box_.actor->GetVisibility());
  constexpr double length = 36, margin = 58;  // with a letter at its end
  vtkCamera& camera = *renderer_->GetActiveCamera();
  const double mm_per_point = 2 * camera.GetParallelScale() / std::max(1, points.height());
  axes_->SetTotalLength(length * mm_per_point, length * mm_per_point, length * mm_per_point);
  const Eigen::Vector3d sight(camera.GetDirectionOfProjection()), focus(camera.GetFocalPoint());
  const Eigen::Vector3d right = sight.cross(Eigen::Vector3d(camera.GetViewUp())).normalized();
  const Eigen::Vector3d up = right.cross(sight);
  const Eigen::Vector3d at =
      focus - mm_per_point * ((0.5 * points.width() - margin) * right + (0.5 * points.height() - margin) * up);
  const vtkNew<vtkTransform> corner;
  corner->Translate(at.data());
  axes_->SetUserTransform(corner);
  vtkBoundingBox all(renderer_->ComputeVisiblePropBounds());
  all.AddBounds(axes_->GetBounds());
  double bounds[6];
  all.GetBounds(bounds);
  renderer_->ResetCameraClippingRange(bounds);
}

void SceneDrawing::interacted() {
  camera_.tell_slices();
  moved();
}

/// Something changed: drawn soon with as many rays as can be afforded, and exactly once it rests.
void SceneDrawing::moved() {
  place_axes(widget_.size());
  is_moving_ = true;
  still_.start(still_after_ms);
  widget_.request_render();
}

/// As few rays as keep the picture moving, or the most that a resting one may take.
void SceneDrawing::drawn(double milliseconds) {
  last_ms_ = milliseconds;
  const double budget_ms = is_moving_ ? moving_ms : resting_ms;
  const double exact_ms = last_ms_ * ray_distance_ * ray_distance_;
  const float before = std::exchange(
      ray_distance_, std::clamp(static_cast<float>(std::ceil(std::sqrt(exact_ms / budget_ms))), 1.0F, coarsest_rays));
  set_ray_distance(ray_distance_);
  if (!is_moving_ && ray_distance_ < before) {
    widget_.request_render();
  }
}

void SceneDrawing::look_obliquely() {
  camera_.look_obliquely();
  moved();
}

void SceneDrawing::look_from(const std::array<double, 3>& from, const std::array<double, 3>& up) {
  camera_.look_from({.from = from, .up = up});
  moved();
}

void SceneDrawing::turn(double azimuth_degrees, double elevation_degrees) {
  camera_.turn(azimuth_degrees, elevation_degrees);
  moved();
}

void SceneDrawing::zoom(double factor) { camera_.zoom(factor); }

bool SceneDrawing::is_up_to_date() const {
  const bool has_volume =
      options_.volume == VolumeStyle::hidden || (view_.image() == image_ && !volume_task_.is_busy());
  return options_ == scene_.options() && has_volume && layers_.are_up_to_date(view_, options_);
}

QImage SceneDrawing::picture(const QSize& pixels, double pixels_per_mm, const std::array<double, 3>& centre_mm,
                             double pixel_ratio) {
  vtkCamera& camera = *renderer_->GetActiveCamera();
  const vtkNew<vtkCamera> before;
  before->DeepCopy(&camera);
  std::array<double, 3> focus{}, position{};
  camera.GetFocalPoint(focus.data());
  camera.GetPosition(position.data());
  for (std::size_t axis = 0; axis < 3; ++axis) {
    position[axis] += centre_mm[axis] - focus[axis];
  }
  camera.SetFocalPoint(centre_mm.data());
  camera.SetPosition(position.data());
  camera.SetParallelScale(0.5 * pixels.height() / pixels_per_mm);
  place_axes((QSizeF(pixels) / pixel_ratio).toSize());
  set_ray_distance(1);
  set_pixel_ratio(pixel_ratio);
  QImage picture = widget_.picture(pixels, pixel_ratio);
  set_pixel_ratio(widget_.devicePixelRatioF());
  set_ray_distance(ray_distance_);
  camera.DeepCopy(before);
  place_axes(widget_.size());
  return picture;
}

}  // namespace coincide::gui
