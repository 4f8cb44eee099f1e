#include "gui/viewer/scene_view.h"

#include <QCoreApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QTimer>
#include <QVBoxLayout>
#include <optional>

#include "gui/viewer/focus_ring.h"
#include "gui/viewer/opengl.h"
#include "gui/viewer/scene_drawing.h"
#include "gui/viewer/scene_tools.h"
#include "gui/viewer/vtk_widget.h"

namespace coincide::gui {
namespace {

constexpr int turn_period_ms = 40;
constexpr double turn_step_degrees = 2;

}  // namespace

struct SceneView::Parts {
  std::optional<SceneDrawing> drawing;  ///< none where there is no OpenGL
  QTimer refresh_soon, turning;
  Subscription follows_view, follows_scene;
};

SceneView::SceneView(ViewState& view, SceneState& scene, QWidget* parent)
    : QWidget(parent), parts_(std::make_unique<Parts>()) {
  setObjectName("scene");
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  if (!opengl_problem().isEmpty()) {
    auto* sentence = new QLabel(tr("The 3-D view is not shown: %1").arg(opengl_problem()));
    sentence->setWordWrap(true);
    sentence->setAlignment(Qt::AlignCenter);
    layout->addWidget(sentence);
    return;
  }
  auto* tools = new SceneTools(scene);
  auto* widget = new VtkWidget;
  widget->setAccessibleName(tr("3-D view"));
  widget->setToolTip(
      tr("Left drag or arrow keys: turn. Wheel, right drag, + and -: zoom. Middle drag: move. Double click: this view "
         "alone, and back."));
  layout->addWidget(tools);
  layout->addWidget(new FocusRing(widget), 1);
  widget->setObjectName("scene_picture");
  widget->installEventFilter(this);
  SceneDrawing& drawing = parts_->drawing.emplace(view, scene, *widget);
  connect(tools, &SceneTools::turning_requested, this, &SceneView::set_turning);
  connect(tools, &SceneTools::look_requested, this, &SceneView::look_from);
  connect(widget, &VtkWidget::rendered, this, [this, &drawing](double milliseconds) {
    drawing.drawn(milliseconds);
    emit rendered();
  });

  // Several changes in one turn of the event loop are drawn once; what nobody sees is not drawn.
  parts_->refresh_soon.setSingleShot(true);
  connect(&parts_->refresh_soon, &QTimer::timeout, this, [tools, &drawing] {
    tools->refresh();
    drawing.refresh();
  });
  const auto refresh = [this] { parts_->refresh_soon.start(0); };
  parts_->follows_view = view.listen(refresh);
  parts_->follows_scene = scene.listen(refresh);
  parts_->turning.setInterval(turn_period_ms);
  connect(&parts_->turning, &QTimer::timeout, this, [&drawing] { drawing.turn(turn_step_degrees, 0); });
  refresh();
}

SceneView::~SceneView() = default;

void SceneView::reset_view() {
  if (parts_->drawing) {
    parts_->drawing->look_obliquely();
  }
}

void SceneView::look_from(const std::array<double, 3>& from, const std::array<double, 3>& up) {
  if (parts_->drawing) {
    parts_->drawing->look_from(from, up);
  }
}

void SceneView::set_turning(bool turning) {
  if (parts_->drawing) {
    turning ? parts_->turning.start() : parts_->turning.stop();
  }
}

void SceneView::turn(double degrees) {
  if (parts_->drawing) {
    parts_->drawing->turn(degrees, 0);
  }
}

bool SceneView::is_up_to_date() const { return !parts_->drawing || parts_->drawing->is_up_to_date(); }

QImage SceneView::picture(const QSize& pixels, double pixels_per_mm, const std::array<double, 3>& centre_mm,
                          double pixel_ratio) {
  return parts_->drawing ? parts_->drawing->picture(pixels, pixels_per_mm, centre_mm, pixel_ratio) : QImage();
}

bool SceneView::take_key(int key) {
  constexpr double turn_degrees = 10;
  constexpr double zoom = 1.2;
  SceneDrawing& drawing = *parts_->drawing;
  switch (key) {
    case Qt::Key_Left:
      drawing.turn(turn_degrees, 0);
      break;
    case Qt::Key_Right:
      drawing.turn(-turn_degrees, 0);
      break;
    case Qt::Key_Up:
      drawing.turn(0, turn_degrees);
      break;
    case Qt::Key_Down:
      drawing.turn(0, -turn_degrees);
      break;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      drawing.zoom(zoom);
      break;
    case Qt::Key_Minus:
      drawing.zoom(1 / zoom);
      break;
    default:
      return false;
  }
  drawing.interacted();
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
