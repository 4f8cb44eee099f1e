#include "gui/viewer/scene_view.h"

#include <vtkActor.h>
#include <vtkAxesActor.h>
#include <vtkCamera.h>
#include <vtkCaptionActor2D.h>
#include <vtkInteractorStyleTrackballCamera.h>
#include <vtkNew.h>
#include <vtkPolyData.h>
#include <vtkPolyDataMapper.h>
#include <vtkProperty.h>
#include <vtkRenderWindow.h>
#include <vtkRenderer.h>
#include <vtkTextActor.h>
#include <vtkTextProperty.h>
#include <vtkTransform.h>
#include <vtkVolume.h>

#include <QCoreApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <cmath>

#include "gui/model/colour_maps.h"
#include "gui/model/volume.h"
#include "gui/viewer/focus_ring.h"
#include "gui/viewer/opengl.h"
#include "gui/viewer/qt_colours.h"
#include "gui/viewer/scene_camera.h"
#include "gui/viewer/scene_shapes.h"
#include "gui/viewer/scene_tools.h"
#include "gui/viewer/slice_overlay.h"
#include "gui/viewer/volume_prop.h"
#include "gui/viewer/vtk_interactor.h"
#include "gui/viewer/vtk_widget.h"
#include "gui/worker/latest_task.h"

namespace coincide::gui {
namespace {

constexpr std::int64_t most_voxels = 8'000'000;  ///< turns at several pictures per second without a graphics card
constexpr std::size_t most_lors = 300;           ///< more hide the rest
constexpr std::size_t most_partners = 400;
constexpr int turn_period_ms = 40;
constexpr double turn_step_degrees = 2;
constexpr double moving_ms = 30;     ///< what a picture may take while something moves
constexpr double resting_ms = 80;    ///< and a resting one: a run's live images must not hold the window up
constexpr float coarsest_rays = 4;   ///< distance in pixels that is coarse, but shows what is there
constexpr int still_after_ms = 600;  ///< longer than between the live images of a run

/// One set of lines, points or faces.
struct Shape {
  vtkNew<vtkPolyDataMapper> mapper;
  vtkNew<vtkActor> actor;

  Shape() {
    actor->SetMapper(mapper);
    actor->VisibilityOff();
  }
  void show(vtkPolyData* shape) {
    mapper->SetInputData(shape);
    actor->SetVisibility(shape != nullptr);
  }
};

}  // namespace

struct SceneView::Parts {
  Parts(ViewState& view_state, SceneState& scene_state)
      : view(view_state),
        scene(scene_state),
        volume_task({.answered = [this](std::shared_ptr<const Volume>&& made) { take_volume(std::move(made)); }}) {}

  ViewState& view;
  SceneState& scene;
  VtkWidget* widget = nullptr;  ///< null where there is no OpenGL
  vtkNew<vtkRenderer> renderer;
  vtkNew<vtkRenderer> overlay;  ///< what the image must not hide
  SceneCamera camera{view, *renderer};
  VolumeProp volume;
  Shape crystals, lors, places, fan, box, crosshair, regions;
  vtkNew<vtkAxesActor> axes;

  QTimer refresh_soon, turning, still;
  bool is_moving = false;
  float ray_distance = 1;
  bool has_volume = false;
  double last_ms = 0;

  // What is drawn now, to draw anew only what has changed.
  std::shared_ptr<const recon::Image> image;
  std::string shown_name;
  std::shared_ptr<const JobGeometry> geometry;
  std::shared_ptr<const io::DataSummary> data;
  SceneOptions options;
  std::vector<CrystalFace> faces;
  LatestTask<std::shared_ptr<const Volume>> volume_task;
  Subscription follows_view, follows_scene;

  void make_scene(VtkWidget& to);
  void refresh();
  void refresh_image();
  void refresh_scanner(bool new_scanner);
  void refresh_events();
  void take_volume(std::shared_ptr<const Volume> made);
  void place_axes();
  std::array<vtkCaptionActor2D*, 3> captions() const {
    return {axes->GetXAxisCaptionActor2D(), axes->GetYAxisCaptionActor2D(), axes->GetZAxisCaptionActor2D()};
  }
  void interacted();
  void moved();
  void choose_rays(double milliseconds);
};

void SceneView::Parts::make_scene(VtkWidget& to) {
  widget = &to;
  to.render_window().SetNumberOfLayers(2);
  to.render_window().AddRenderer(renderer);
  to.render_window().AddRenderer(overlay);
  overlay->SetLayer(1);
  overlay->InteractiveOff();
  overlay->SetActiveCamera(renderer->GetActiveCamera());
  const vtkNew<vtkInteractorStyleTrackballCamera> style;
  to.interactor().SetInteractorStyle(style);
  style->AddObserver(vtkCommand::InteractionEvent, this, &Parts::interacted);
  style->AddObserver(vtkCommand::EndInteractionEvent, this, &Parts::interacted);  // the wheel tells nothing else
  const auto pixel_ratio = static_cast<float>(to.devicePixelRatioF());
  const auto paint = [pixel_ratio](vtkRenderer& on, Shape& layer, double red, double green, double blue, double opacity,
                                   float width) {
    layer.actor->GetProperty()->SetColor(red, green, blue);
    layer.actor->GetProperty()->SetOpacity(opacity);
    layer.actor->GetProperty()->LightingOff();
    layer.actor->GetProperty()->SetLineWidth(pixel_ratio * width);
    layer.actor->GetProperty()->SetPointSize(pixel_ratio * 3);
    on.AddActor(layer.actor);
  };
  paint(*renderer, crystals, 1, 1, 1, 1, 1);
  crystals.actor->GetProperty()->BackfaceCullingOn();
  paint(*renderer, lors, 0.9, 0.6, 0.1, 0.35, 1);
  paint(*renderer, places, 0.85, 0.25, 0.05, 1, 1);
  paint(*renderer, fan, 0.1, 0.5, 0.9, 0.35, 1);
  paint(*renderer, box, 0.5, 0.5, 0.5, 1, 1);
  paint(*overlay, crosshair, 0.25, 0.63, 1, 1, 1);
  paint(*overlay, regions, 0.95, 0.35, 0.1, 1, 2);
  renderer->AddVolume(&volume.prop());
  renderer->AddActor(axes);
  axes->VisibilityOff();
  for (vtkCaptionActor2D* caption : captions()) {
    caption->GetTextActor()->SetTextScaleModeToNone();  // or the letters grow with the view
    caption->GetCaptionTextProperty()->SetFontSize(12);
    caption->GetCaptionTextProperty()->ShadowOff();
    caption->GetCaptionTextProperty()->ItalicOff();
  }
}

void SceneView::Parts::refresh() {
  const SceneOptions wanted = scene.options();
  const bool new_geometry = geometry != scene.geometry();
  const bool new_data = data != scene.data();
  const SceneOptions before = std::exchange(options, wanted);
  geometry = scene.geometry();
  data = scene.data();
  refresh_image();
  if (new_geometry || new_data || wanted.crystals != before.crystals || wanted.fan != before.fan) {
    refresh_scanner(new_geometry);
  }
  if (new_geometry || new_data || wanted.events != before.events) {
    refresh_events();
  }
  const recon::ImageGrid* grid = view.has_image() ? &view.image()->grid : geometry ? &geometry->grid : nullptr;
  box.show(grid != nullptr && wanted.image_box ? box_shape(*grid).Get() : nullptr);
  crosshair.show(view.has_image() && wanted.crosshair ? crosshair_shape(view.image()->grid, view.cursor_mm()).Get()
                                                      : nullptr);
  regions.show(view.has_image() && !view.rois().empty() ? roi_shape(view.rois()).Get() : nullptr);
  place_axes();
  camera.follow(geometry.get(), widget->height());
  moved();
}

void SceneView::Parts::refresh_image() {
  volume.set_style(options.volume);
  volume.set_colours(view.colour_map(), view.window_low(), view.window_high());
  const auto ground = find_colour_map(view.colour_map()).colour(0);
  renderer->SetBackground(ground[0], ground[1], ground[2]);
  const QColor letters = letter_colour(qt_colour(ground));
  for (vtkCaptionActor2D* caption : captions()) {
    caption->GetCaptionTextProperty()->SetColor(letters.redF(), letters.greenF(), letters.blueF());
  }
  if (view.subject().name != shown_name) {  // the next volume takes its time: until then this would pass for it
    shown_name = view.subject().name;
    volume.set_volume(nullptr);
    has_volume = false;
    image = nullptr;
  }
  if (view.image() == image || options.volume == VolumeStyle::hidden) {
    return;
  }
  image = view.image();
  if (!view.has_image()) {
    volume_task.cancel();
    volume.set_volume(nullptr);
    has_volume = false;
    return;
  }
  volume_task.request([made_of = image](const recon::Reporter& reporter) {
    return std::make_shared<const Volume>(
        make_volume(*made_of, most_voxels, [&reporter] { return reporter.stop_requested(); }));
  });
}

void SceneView::Parts::take_volume(std::shared_ptr<const Volume> made) {
  if (!has_volume) {  // what it costs is not known yet
    ray_distance = coarsest_rays;
    volume.set_ray_distance(ray_distance);
  }
  has_volume = true;
  volume.set_volume(std::move(made));
  moved();
}

void SceneView::Parts::refresh_scanner(bool new_scanner) {
  if (!geometry) {
    crystals.show(nullptr);
    fan.show(nullptr);
    return;
  }
  const recon::Scanner& scanner = geometry->scanner;
  if (new_scanner) {
    faces = crystal_faces(scanner);
  }
  const bool by_counts = options.crystals == CrystalColours::by_counts && scene.sample() != nullptr;
  crystals.show(
      options.crystals == CrystalColours::hidden
          ? nullptr
          : crystal_shape(scanner, faces, by_counts ? data->prompts_per_crystal : std::vector<std::uint64_t>{}).Get());
  fan.show(options.fan ? fan_shape(scanner, *options.fan, fan_of(*geometry, *options.fan, most_partners)).Get()
                       : nullptr);
}

void SceneView::Parts::refresh_events() {
  const recon::EventBlock* sample = options.events ? scene.sample() : nullptr;
  lors.show(sample != nullptr ? lor_shape(geometry->scanner, *sample, most_lors).Get() : nullptr);
  places.show(sample != nullptr && geometry->scanner.has_tof() ? place_shape(geometry->scanner, *sample).Get()
                                                               : nullptr);
}

/// At the low corner of the image's box.
void SceneView::Parts::place_axes() {
  vtkPolyData* shape = box.mapper->GetInput();
  axes->SetVisibility(box.actor->GetVisibility());
  if (shape == nullptr || !axes->GetVisibility()) {
    return;
  }
  const double* bounds = shape->GetBounds();
  const double length = 0.25 * std::max({bounds[1] - bounds[0], bounds[3] - bounds[2], bounds[5] - bounds[4]});
  axes->SetTotalLength(length, length, length);
  const vtkNew<vtkTransform> corner;
  corner->Translate(bounds[0], bounds[2], bounds[4]);
  axes->SetUserTransform(corner);
}

void SceneView::Parts::interacted() {
  camera.tell_slices();
  moved();
}

/// Something changed: drawn soon with as many rays as can be afforded, and exactly once it rests.
void SceneView::Parts::moved() {
  is_moving = true;
  still.start(still_after_ms);
  widget->request_render();
}

/// As few rays as keep the picture moving, or the most that a resting one may take.
void SceneView::Parts::choose_rays(double milliseconds) {
  last_ms = milliseconds;
  const double budget_ms = is_moving ? moving_ms : resting_ms;
  const double exact_ms = last_ms * ray_distance * ray_distance;
  const float before = std::exchange(
      ray_distance, std::clamp(static_cast<float>(std::ceil(std::sqrt(exact_ms / budget_ms))), 1.0F, coarsest_rays));
  volume.set_ray_distance(ray_distance);
  if (!is_moving && ray_distance < before) {
    widget->request_render();
  }
}

SceneView::SceneView(ViewState& view, SceneState& scene, QWidget* parent)
    : QWidget(parent), parts_(std::make_unique<Parts>(view, scene)) {
  setObjectName("scene");
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  if (!opengl_problem().isEmpty()) {
    auto* sentence = new QLabel("The 3-D view is not shown: " + opengl_problem());
    sentence->setWordWrap(true);
    sentence->setAlignment(Qt::AlignCenter);
    layout->addWidget(sentence);
    return;
  }
  Parts& parts = *parts_;
  auto* tools = new SceneTools(scene);
  auto* widget = new VtkWidget;
  widget->setToolTip(
      "Left drag or arrow keys: turn. Wheel, right drag, + and -: zoom. Middle drag: move. Double click: this view "
      "alone, and back.");
  layout->addWidget(tools);
  layout->addWidget(new FocusRing(widget), 1);
  widget->setObjectName("scene_picture");
  parts.make_scene(*widget);
  connect(tools, &SceneTools::turning_requested, this, &SceneView::set_turning);
  connect(tools, &SceneTools::look_requested, this, &SceneView::look_from);
  connect(widget, &VtkWidget::rendered, this, [this](double milliseconds) {
    parts_->choose_rays(milliseconds);
    emit rendered();
  });
  widget->installEventFilter(this);

  // Several changes in one turn of the event loop are drawn once; what nobody sees is not drawn.
  parts.refresh_soon.setSingleShot(true);
  connect(&parts.refresh_soon, &QTimer::timeout, this, [this, tools] {
    tools->refresh();
    parts_->refresh();
  });
  const auto refresh = [this] { parts_->refresh_soon.start(0); };
  parts.follows_view = view.listen(refresh);
  parts.follows_scene = scene.listen(refresh);
  parts.still.setSingleShot(true);
  connect(&parts.still, &QTimer::timeout, this, [this] {
    parts_->is_moving = false;
    parts_->choose_rays(parts_->last_ms);
  });
  parts.turning.setInterval(turn_period_ms);
  connect(&parts.turning, &QTimer::timeout, this, [this] {
    parts_->camera.turn(turn_step_degrees, 0);
    parts_->moved();
  });
  refresh();
}

SceneView::~SceneView() = default;

void SceneView::reset_view() {
  if (parts_->widget != nullptr) {
    parts_->camera.look_obliquely();
    parts_->moved();
  }
}

void SceneView::look_from(const std::array<double, 3>& from, const std::array<double, 3>& up) {
  if (parts_->widget != nullptr) {
    parts_->camera.look_from(from, up);
    parts_->moved();
  }
}

void SceneView::set_turning(bool turning) {
  if (parts_->widget != nullptr) {
    turning ? parts_->turning.start() : parts_->turning.stop();
  }
}

bool SceneView::take_key(int key) {
  constexpr double turn_degrees = 10;
  constexpr double zoom = 1.2;
  SceneCamera& camera = parts_->camera;
  switch (key) {
    case Qt::Key_Left:
      camera.turn(turn_degrees, 0);
      break;
    case Qt::Key_Right:
      camera.turn(-turn_degrees, 0);
      break;
    case Qt::Key_Up:
      camera.turn(0, turn_degrees);
      break;
    case Qt::Key_Down:
      camera.turn(0, -turn_degrees);
      break;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      camera.zoom(zoom);
      break;
    case Qt::Key_Minus:
      camera.zoom(1 / zoom);
      break;
    default:
      return false;
  }
  parts_->interacted();
  return true;
}

/// A double click on the picture is one on this view.
bool SceneView::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::KeyPress && take_key(static_cast<QKeyEvent*>(event)->key())) {
    return true;
  }
  if (event->type() == QEvent::Resize) {
    parts_->refresh_soon.start(0);
  }
  if (event->type() == QEvent::MouseButtonDblClick) {
    QCoreApplication::sendEvent(this, event);
    return true;
  }
  return QWidget::eventFilter(watched, event);
}

}  // namespace coincide::gui
