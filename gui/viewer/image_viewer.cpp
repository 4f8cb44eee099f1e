#include "gui/viewer/image_viewer.h"

#include <QEvent>
#include <QGridLayout>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <optional>

#include "gui/viewer/captioned.h"
#include "gui/viewer/colour_bar.h"
#include "gui/viewer/compare_bar.h"
#include "gui/viewer/mosaic_bar.h"
#include "gui/viewer/mosaic_view.h"
#include "gui/viewer/scene_view.h"
#include "gui/viewer/slice_view.h"
#include "gui/viewer/view_header.h"

namespace coincide::gui {

struct ImageViewer::Views {
  std::array<SliceView*, 3> slices{};  ///< by the axis that they are perpendicular to
  std::vector<SliceView*> compared;    ///< B axial and coronal, then what is made of A and B
  SceneView* scene = nullptr;
  MosaicView* mosaic = nullptr;
  ColourBar *bar = nullptr, *combined_bar = nullptr;
  ViewHeader* header = nullptr;
  CompareBar* compare_bar = nullptr;
  QWidget* area = new QWidget;  ///< what lies below the header
  QList<QWidget*> all;          ///< by view_names(), then those of a comparison, then the mosaic
  QString alone;                ///< empty: all are shown
  /// What decides which views there are.
  struct Kind {
    bool has_image = false;
    std::optional<Combination> combination;  ///< none: nothing is compared
    bool is_mosaic = false;
  };
  Kind kind;
  QTimer refresh;
  Subscription follows_state;

  std::vector<SliceView*> all_slices() const {
    std::vector<SliceView*> found(slices.begin(), slices.end());
    found.insert(found.end(), compared.begin(), compared.end());
    return found;
  }
  QPoint place_of(const QWidget* view) const;
  std::vector<SliceArea> areas(const ViewState& state) const;
  std::array<Span, 3> shown_mm(const ViewState& state) const;
  static QString caption_with_layers(QString caption, const ViewState& state);
};

QString ImageViewer::Views::caption_with_layers(QString caption, const ViewState& state) {
  for (const Layer& layer : state.layers()) {
    if (layer.is_shown) {
      caption += tr(" · over it: %1").arg(QString::fromStdString(layer.name));
    }
  }
  return caption;
}

/// Column and row.
QPoint ImageViewer::Views::place_of(const QWidget* view) const {
  if (const auto found = std::ranges::find(compared, view); found != compared.end()) {
    const auto index = static_cast<int>(found - compared.begin());
    return {1 + index / 2, index % 2};
  }
  if (view == slices[1]) {
    return kind.combination ? QPoint(0, 1) : QPoint(1, 0);
  }
  return view == slices[2] || view == mosaic ? QPoint(0, 0) : view == slices[0] ? QPoint(1, 1) : QPoint(0, 1);
}

/// The slices on the screen, all alike in a mosaic.
std::vector<SliceArea> ImageViewer::Views::areas(const ViewState& state) const {
  if (kind.is_mosaic && state.mosaic()) {
    const QSize size = mosaic->tile_size();
    return {{state.mosaic()->axis, static_cast<double>(size.width()), static_cast<double>(size.height())}};
  }
  std::vector<SliceArea> found;
  for (const SliceView* slice : all_slices()) {
    if (!slice->isHidden()) {
      found.push_back({slice->axis(), static_cast<double>(slice->width()), static_cast<double>(slice->height())});
    }
  }
  return found;
}

/// Of each axis the part of the image that any view on the screen has.
std::array<Span, 3> ImageViewer::Views::shown_mm(const ViewState& state) const {
  const recon::ImageGrid& grid = state.image()->grid;
  std::array<double, 3> seen_mm{};
  for (const SliceArea& area : areas(state)) {
    const recon::SliceAxes axes = recon::slice_axes(area.axis);
    const auto see = [&](int axis, double length) {
      double& seen = seen_mm[static_cast<std::size_t>(axis)];
      seen = std::max(seen, length / state.pixels_per_mm());
    };
    see(axes.right, area.width);
    see(axes.vertical, area.height);
  }
  std::array<Span, 3> shown{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double low = grid.origin_mm[axis] - 0.5 * grid.voxel_size_mm[axis];
    const double high = low + static_cast<double>(grid.shape[axis]) * grid.voxel_size_mm[axis];
    const double centre = state.camera().centre_mm[axis];
    const Span seen{std::max(low, centre - 0.5 * seen_mm[axis]), std::min(high, centre + 0.5 * seen_mm[axis])};
    shown[axis] = seen[0] < seen[1] ? seen : Span{low, high};  // moved out of sight, or the 3-D view alone
  }
  return shown;
}

ImageViewer::ImageViewer(ViewState& state, SceneState& scene, QWidget* parent)
    : QWidget(parent), state_(state), views_(std::make_unique<Views>()) {
  views_->header = new ViewHeader(state);
  views_->compare_bar = new CompareBar(state);
  auto* rows = new QVBoxLayout(this);
  rows->setContentsMargins(0, 0, 0, 0);
  rows->setSpacing(0);
  rows->addWidget(views_->header);
  rows->addWidget(views_->compare_bar);
  rows->addWidget(new MosaicBar(state));
  rows->addWidget(views_->area, 1);
  auto* layout = new QGridLayout(views_->area);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(2);
  for (int axis = 0; axis < 3; ++axis) {
    views_->slices[static_cast<std::size_t>(axis)] = new SliceView(state, axis);
  }
  for (const SliceContent content : {SliceContent::other, SliceContent::combined}) {
    for (const int axis : {2, 1}) {
      views_->compared.push_back(new SliceView(state, axis, content));
    }
  }
  for (SliceView* slice : views_->all_slices()) {
    connect(slice, &SliceView::hovered, this, &ImageViewer::hovered);
  }
  views_->mosaic = new MosaicView(state);
  connect(views_->mosaic, &MosaicView::hovered, this, &ImageViewer::hovered);
  views_->scene = new SceneView(state, scene);
  views_->bar = new ColourBar(state);
  views_->combined_bar = new ColourBar(state, SliceContent::combined);
  views_->all = {views_->slices[2], views_->slices[1], views_->slices[0], views_->scene};
  for (SliceView* slice : views_->compared) {
    views_->all << slice;
  }
  views_->all << views_->mosaic;
  for (QWidget* view : views_->all) {
    view->installEventFilter(this);
    layout->addWidget(view, views_->place_of(view).y(), views_->place_of(view).x());
  }
  constexpr int bar_column = 3;
  layout->addWidget(views_->bar, 0, bar_column, 2, 1);
  layout->addWidget(views_->combined_bar, 0, bar_column + 1, 2, 1);

  // Several changes of the state in one turn of the event loop are drawn once.
  views_->refresh.setSingleShot(true);
  connect(&views_->refresh, &QTimer::timeout, this, [this] {
    fit_slices();
    for (SliceView* slice : views_->all_slices()) {
      if (slice->isVisible()) {
        slice->refresh();
      }
    }
    if (views_->mosaic->isVisible()) {
      views_->mosaic->refresh();
    }
    views_->bar->update();
    views_->combined_bar->update();
  });
  views_->follows_state = state.listen([this, &state] {
    views_->refresh.start(0);
    const Views::Kind before = views_->kind;
    const auto combination = state.comparison() ? std::optional(state.comparison()->combination) : std::nullopt;
    views_->kind = {state.has_image(), combination, state.has_image() && state.mosaic().has_value()};
    if (before.has_image != views_->kind.has_image || before.is_mosaic != views_->kind.is_mosaic ||
        before.combination.has_value() != combination.has_value()) {
      show_only({});
    } else if (before.combination != combination) {
      arrange();
    }
  });
  show_only({});
}

ImageViewer::~ImageViewer() = default;

ViewHeader& ImageViewer::header() { return *views_->header; }

CompareBar& ImageViewer::compare_bar() { return *views_->compare_bar; }

void ImageViewer::reset_views() {
  show_only({});
  state_.reset_camera();
  state_.straighten();
  views_->scene->reset_view();
}

const QStringList& ImageViewer::view_names() {
  static const QStringList names{"axial", "coronal", "sagittal", "scene"};
  return names;
}

void ImageViewer::show_only(const QString& view) {
  views_->alone = view;
  arrange();
}

void ImageViewer::arrange() {
  const Views::Kind& kind = views_->kind;
  const bool compares = kind.has_image && kind.combination.has_value();
  const Combination combination = kind.combination.value_or(Combination::none);
  const auto belongs = [&](const QWidget* one) {
    if (kind.is_mosaic || one == views_->mosaic) {
      return kind.is_mosaic && one == views_->mosaic;
    }
    const auto compared = std::ranges::find(views_->compared, one);
    if (compared != views_->compared.end()) {
      const bool is_combined = compared - views_->compared.begin() >= 2;
      return compares && (!is_combined || combination != Combination::none);
    }
    const bool is_scene = one == views_->scene;  // before there is an image it is all that there is to see
    return compares ? !is_scene && one != views_->slices[0] : kind.has_image || is_scene;
  };
  auto* layout = static_cast<QGridLayout*>(views_->area->layout());
  std::array<int, 3> used_columns{}, used_rows{};  // an empty row or column would keep its share
  for (QWidget* one : views_->all) {
    const bool is_shown = views_->alone.isEmpty() ? belongs(one) : one->objectName() == views_->alone;
    one->setVisible(is_shown);
    const QPoint place = views_->place_of(one);
    layout->addWidget(one, place.y(), place.x());
    used_columns[static_cast<std::size_t>(place.x())] |= is_shown ? 1 : 0;
    used_rows[static_cast<std::size_t>(place.y())] |= is_shown ? 1 : 0;
  }
  for (int line = 0; line < std::ssize(used_columns); ++line) {
    layout->setColumnStretch(line, used_columns[static_cast<std::size_t>(line)]);
    layout->setRowStretch(line, used_rows[static_cast<std::size_t>(line)]);
  }
  views_->bar->setVisible(kind.has_image);
  views_->combined_bar->setVisible(compares &&
                                   (combination == Combination::difference || combination == Combination::ratio));
  const auto first = std::ranges::find_if(views_->all, [](QWidget* one) { return !one->isHidden(); });
  for (SliceView* slice : views_->all_slices()) {
    slice->set_scale_bar(first != views_->all.end() && slice == *first);
  }
  views_->refresh.start(0);
}

/// One scale for all, at which each that is shown has room; the 3-D view alone has that of the coronal slice.
void ImageViewer::fit_slices() {
  if (!state_.has_image()) {
    return;
  }
  std::vector<SliceArea> areas = views_->areas(state_);
  if (areas.empty()) {
    areas.push_back({1, static_cast<double>(views_->scene->width()), static_cast<double>(views_->scene->height())});
  }
  state_.set_fit(fitting_scale(state_.image()->grid, areas));
}

QImage ImageViewer::screenshot(const QString& view) {
  const qsizetype index = view_names().indexOf(view);
  QWidget* shown = index < 0 ? views_->area : views_->all[index];
  return captioned(shown->grab().toImage(), caption());
}

QString ImageViewer::caption() const {
  const QString of_image = QString::fromStdString(state_.caption());
  return state_.comparison()
             ? tr("A: %1 · B: %2").arg(of_image, QString::fromStdString(gui::caption(state_.comparison()->subject, {})))
             : of_image;
}

ViewPicture ImageViewer::picture(const QString& view, double width_mm, bool has_crosshair) const {
  PictureContent content{.views = {},
                         .shown_mm = views_->shown_mm(state_),
                         .scales = {SliceContent::image},
                         .caption = views_->caption_with_layers(caption(), state_),
                         .has_crosshair = has_crosshair};
  if (!view.isEmpty()) {
    const auto* slice = qobject_cast<const SliceView*>(views_->all[view_names().indexOf(view)]);
    content.views = {{.axis = slice == nullptr ? 1 : slice->axis(), .is_scene = slice == nullptr}};
  } else if (views_->kind.is_mosaic) {
    const Mosaic& mosaic = *state_.mosaic();
    for (const std::int64_t slice :
         mosaic_slices(state_.image()->grid, mosaic, state_.cursor()[static_cast<std::size_t>(mosaic.axis)])) {
      const auto place = static_cast<int>(content.views.size());
      content.views.push_back({.axis = mosaic.axis,
                               .content = views_->mosaic->content(),
                               .index = slice,
                               .column = place % mosaic.columns,
                               .row = place / mosaic.columns});
    }
  } else {
    for (const QWidget* one : views_->all) {
      if (!one->isHidden()) {
        const auto* slice = qobject_cast<const SliceView*>(one);
        const QPoint place = views_->place_of(one);
        content.views.push_back({.axis = slice == nullptr ? 1 : slice->axis(),
                                 .content = slice == nullptr ? SliceContent::image : slice->content(),
                                 .is_scene = slice == nullptr,
                                 .column = views_->alone.isEmpty() ? place.x() : 0,
                                 .row = views_->alone.isEmpty() ? place.y() : 0});
      }
    }
  }
  if (view.isEmpty() && !views_->combined_bar->isHidden()) {
    content.scales.push_back(SliceContent::combined);
  }
  return {state_, std::move(content), width_mm};
}

ScenePicture ImageViewer::scene_picture() const {
  return [scene = views_->scene](const QSize& pixels, double pixels_per_mm, const std::array<double, 3>& centre_mm,
                                 double pixel_ratio) {
    return scene->picture(pixels, pixels_per_mm, centre_mm, pixel_ratio);
  };
}

bool ImageViewer::is_scene_up_to_date() const { return views_->scene->is_up_to_date(); }

void ImageViewer::turn_scene(double degrees) { views_->scene->turn(degrees); }

bool ImageViewer::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Resize) {
    views_->refresh.start(0);
  }
  if (event->type() == QEvent::MouseButtonDblClick && watched != views_->mosaic && !state_.polygon_draft()) {
    show_only(views_->alone.isEmpty() ? watched->objectName() : QString());
    return true;
  }
  return QWidget::eventFilter(watched, event);
}

}  // namespace coincide::gui
