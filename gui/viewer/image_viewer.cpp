#include "gui/viewer/image_viewer.h"

#include <QEvent>
#include <QGridLayout>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <array>

#include "gui/viewer/captioned.h"
#include "gui/viewer/colour_bar.h"
#include "gui/viewer/scene_view.h"
#include "gui/viewer/slice_view.h"
#include "gui/viewer/view_header.h"

namespace coincide::gui {

struct ImageViewer::Views {
  std::array<SliceView*, 3> slices{};  ///< by the axis that they are perpendicular to
  SceneView* scene = nullptr;
  ColourBar* bar = nullptr;
  ViewHeader* header = nullptr;
  QWidget* area = new QWidget;  ///< what lies below the header
  QList<QWidget*> all;          ///< by view_names()
  QString alone;                ///< empty: all are shown
  bool has_image = false;
  QTimer refresh;
  Subscription follows_state;
};

ImageViewer::ImageViewer(ViewState& state, SceneState& scene, QWidget* parent)
    : QWidget(parent), state_(state), views_(std::make_unique<Views>()) {
  views_->header = new ViewHeader(state);
  auto* rows = new QVBoxLayout(this);
  rows->setContentsMargins(0, 0, 0, 0);
  rows->setSpacing(0);
  rows->addWidget(views_->header);
  rows->addWidget(views_->area, 1);
  auto* layout = new QGridLayout(views_->area);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(2);
  for (int axis = 0; axis < 3; ++axis) {
    auto* slice = new SliceView(state, axis);
    connect(slice, &SliceView::hovered, this, &ImageViewer::hovered);
    views_->slices[static_cast<std::size_t>(axis)] = slice;
  }
  views_->scene = new SceneView(state, scene);
  views_->bar = new ColourBar(state);
  views_->all = {views_->slices[2], views_->slices[1], views_->slices[0], views_->scene};
  for (QWidget* view : views_->all) {
    view->installEventFilter(this);
  }
  layout->addWidget(views_->slices[2], 0, 0);
  layout->addWidget(views_->slices[1], 0, 1);
  layout->addWidget(views_->slices[0], 1, 1);
  layout->addWidget(views_->scene, 1, 0);
  layout->addWidget(views_->bar, 0, 2, 2, 1);
  for (const int line : {0, 1}) {
    layout->setColumnStretch(line, 1);
    layout->setRowStretch(line, 1);
  }

  // Several changes of the state in one turn of the event loop are drawn once.
  views_->refresh.setSingleShot(true);
  connect(&views_->refresh, &QTimer::timeout, this, [this] {
    fit_slices();
    for (SliceView* slice : views_->slices) {
      slice->refresh();
    }
    views_->bar->update();
  });
  views_->follows_state = state.listen([this, &state] {
    views_->refresh.start(0);
    if (state.has_image() != views_->has_image) {
      views_->has_image = state.has_image();
      show_only({});
    }
  });
  show_only({});
}

ImageViewer::~ImageViewer() = default;

ViewHeader& ImageViewer::header() { return *views_->header; }

void ImageViewer::reset_views() {
  show_only({});
  state_.reset_camera();
  views_->scene->reset_view();
}

const QStringList& ImageViewer::view_names() {
  static const QStringList names{"axial", "coronal", "sagittal", "scene"};
  return names;
}

void ImageViewer::show_only(const QString& view) {
  views_->alone = view;
  auto* layout = static_cast<QGridLayout*>(views_->area->layout());
  for (QWidget* one : views_->all) {
    const bool is_scene = one == views_->scene;  // before there is an image it is all that there is to see
    one->setVisible(view.isEmpty() ? views_->has_image || is_scene : one->objectName() == view);
  }
  for (const int line : {0, 1}) {  // an empty row or column would keep its share
    const auto is_used = [&](bool column) {
      return std::ranges::any_of(views_->all, [&](QWidget* one) {
        int row = 0, at = 0, spans = 0;
        layout->getItemPosition(layout->indexOf(one), &row, &at, &spans, &spans);
        return !one->isHidden() && (column ? at : row) == line;
      });
    };
    layout->setColumnStretch(line, is_used(true) ? 1 : 0);
    layout->setRowStretch(line, is_used(false) ? 1 : 0);
  }
  views_->bar->setVisible(views_->has_image);
  const auto first = std::ranges::find_if(views_->all, [](QWidget* one) { return !one->isHidden(); });
  for (SliceView* slice : views_->slices) {
    slice->set_scale_bar(first != views_->all.end() && slice == *first);
  }
  views_->refresh.start(0);
}

/// One scale for all, at which each that is shown has room; the 3-D view alone has that of the coronal slice.
void ImageViewer::fit_slices() {
  if (!state_.has_image()) {
    return;
  }
  std::vector<SliceArea> areas;
  for (int axis = 0; axis < 3; ++axis) {
    const SliceView* slice = views_->slices[static_cast<std::size_t>(axis)];
    if (!slice->isHidden()) {
      areas.push_back({axis, static_cast<double>(slice->width()), static_cast<double>(slice->height())});
    }
  }
  if (areas.empty()) {
    areas.push_back({1, static_cast<double>(views_->scene->width()), static_cast<double>(views_->scene->height())});
  }
  state_.set_fit(fitting_scale(state_.image()->grid, areas));
}

QImage ImageViewer::screenshot(const QString& view) {
  const qsizetype index = view_names().indexOf(view);
  QWidget* shown = index < 0 ? views_->area : views_->all[index];
  return captioned(shown->grab().toImage(), QString::fromStdString(state_.caption()));
}

bool ImageViewer::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Resize) {
    views_->refresh.start(0);
  }
  if (event->type() == QEvent::MouseButtonDblClick) {
    show_only(views_->alone.isEmpty() ? watched->objectName() : QString());
    return true;
  }
  return QWidget::eventFilter(watched, event);
}

}  // namespace coincide::gui
