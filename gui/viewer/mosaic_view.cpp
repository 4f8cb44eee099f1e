#include "gui/viewer/mosaic_view.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace coincide::gui {
namespace {

constexpr int gap = 2;

}  // namespace

MosaicView::MosaicView(ViewState& state, QWidget* parent) : QWidget(parent), state_(state) {
  setObjectName("mosaic_view");
  setMinimumSize(120, 120);
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setAccessibleName(tr("mosaic"));
  setToolTip(
      tr("Left: crosshair. Wheel or arrow keys: slices, Page keys: all of them. Right drag: upper end of the window, "
         "with Shift both ends. Ctrl + wheel, + and -: zoom. Middle drag: move."));
}

QSize MosaicView::tile_size() const {
  const Mosaic& mosaic = *state_.mosaic();
  return {std::max(1, (width() - gap * (mosaic.columns - 1)) / mosaic.columns),
          std::max(1, (height() - gap * (mosaic.rows - 1)) / mosaic.rows)};
}

SliceContent MosaicView::content() const {
  return state_.comparison() && state_.comparison()->combination != Combination::none ? SliceContent::combined
                                                                                      : SliceContent::image;
}

void MosaicView::refresh() {
  tiles_.clear();
  update();
  if (!state_.has_image() || !state_.mosaic()) {
    return;
  }
  const Mosaic& mosaic = *state_.mosaic();
  const std::int64_t cursor = state_.cursor()[static_cast<std::size_t>(mosaic.axis)];
  const std::vector<std::int64_t> slices = mosaic_slices(state_.image()->grid, mosaic, cursor);
  current_ = mosaic_place(slices, cursor);
  const QSize size = tile_size();
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const auto column = static_cast<int>(i) % mosaic.columns, row = static_cast<int>(i) / mosaic.columns;
    Tile& tile = tiles_.emplace_back(Tile{QPoint(column * (size.width() + gap), row * (size.height() + gap)),
                                          SliceDrawing(state_, mosaic.axis, content())});
    tile.drawing.set_style({.scale_bar = i == 0, .crosshair = false, .letters = i == 0, .index = slices[i]});
    tile.drawing.refresh(size);
  }
}

void MosaicView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), palette().color(QPalette::Window));
  if (tiles_.empty() || !state_.has_image() || !state_.mosaic()) {
    return;
  }
  const QRect tile_rect({}, tile_size());
  for (const Tile& tile : tiles_) {
    painter.save();
    painter.translate(tile.corner);
    painter.setClipRect(tile_rect);
    tile.drawing.paint(painter);
    if (&tile == &tiles_[current_]) {
      painter.setPen(QPen(palette().color(QPalette::Highlight), hasFocus() ? 4 : 2));
      painter.drawRect(tile_rect.adjusted(1, 1, -1, -1));
    }
    painter.restore();
  }
}

const MosaicView::Tile* MosaicView::tile_at(const QPointF& place) const {
  if (!state_.has_image() || !state_.mosaic()) {
    return nullptr;
  }
  const QSizeF size = tile_size();
  const auto found =
      std::ranges::find_if(tiles_, [&](const Tile& tile) { return QRectF(tile.corner, size).contains(place); });
  return found == tiles_.end() ? nullptr : &*found;
}

void MosaicView::mousePressEvent(QMouseEvent* event) {
  last_position_ = event->position();
  const Tile* tile = tile_at(event->position());
  if (tile == nullptr || event->button() != Qt::LeftButton) {
    return;
  }
  const std::array<double, 3> mm = tile->drawing.to_mm(event->position() - tile->corner);
  if (!state_.polygon_draft()) {
    state_.set_cursor(state_.voxel_at(mm));
  } else if (tile->drawing.has_draft() || state_.polygon_draft()->corners_mm.empty()) {
    state_.add_corner(tile->drawing.axis(), mm);  // in the slice of the first one
  }
}

/// Of a polygon whose last corner the first click of the two has set.
void MosaicView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) {
    draw_by_key(state_, Qt::Key_Return);
  }
}

void MosaicView::mouseMoveEvent(QMouseEvent* event) {
  const QPointF moved = event->position() - last_position_;
  last_position_ = event->position();
  const Tile* tile = tile_at(event->position());
  if (tile == nullptr) {
    emit hovered(std::nullopt);
    return;
  }
  const QPointF place = event->position() - tile->corner;
  const bool is_inside = tile->drawing.is_on_image(place);
  emit hovered(is_inside ? std::optional(PointedAt{tile->drawing.to_mm(place), tile->drawing.axis()}) : std::nullopt);
  if (event->buttons() & Qt::LeftButton && !state_.polygon_draft()) {
    state_.set_cursor(state_.voxel_at(tile->drawing.to_mm(place)));
  } else if (event->buttons() & Qt::MiddleButton) {
    move_camera(state_, tile->drawing.projection(), moved);
  } else if (event->buttons() & Qt::RightButton) {
    event->modifiers() & Qt::ShiftModifier ? drag_both_ends(state_, moved, size())
                                           : drag_upper_end(state_, moved, size());
  }
}

void MosaicView::leaveEvent(QEvent*) { emit hovered(std::nullopt); }

/// So many of those that are shown.
void MosaicView::step(std::int64_t slices) {
  if (state_.has_image() && state_.mosaic()) {
    state_.move_cursor(state_.mosaic()->axis, slices * mosaic_step(state_.image()->grid, *state_.mosaic()));
  }
}

void MosaicView::zoom(double factor, const QPointF& about) {
  if (const Tile* tile = tile_at(about)) {
    zoom_camera(state_, tile->drawing.projection(), factor, about - tile->corner);
  }
}

void MosaicView::wheelEvent(QWheelEvent* event) {
  const int steps = wheel_.take(event->angleDelta().y());
  if (steps != 0 && event->modifiers() & Qt::ControlModifier) {
    zoom(std::pow(zoom_step, steps), event->position());
  } else if (steps != 0) {
    step(steps);
  }
}

void MosaicView::keyPressEvent(QKeyEvent* event) {
  if (tiles_.empty() || !state_.mosaic()) {
    QWidget::keyPressEvent(event);
    return;
  }
  if (draw_by_key(state_, event->key())) {
    return;
  }
  const QPointF middle = tiles_[current_].corner + 0.5 * QPointF(tile_size().width(), tile_size().height());
  switch (event->key()) {
    case Qt::Key_Right:
      return step(1);
    case Qt::Key_Left:
      return step(-1);
    case Qt::Key_Down:
      return step(state_.mosaic()->columns);
    case Qt::Key_Up:
      return step(-state_.mosaic()->columns);
    case Qt::Key_PageUp:
      return step(state_.mosaic()->size());
    case Qt::Key_PageDown:
      return step(-state_.mosaic()->size());
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoom(zoom_step, middle);
    case Qt::Key_Minus:
      return zoom(1 / zoom_step, middle);
    default:
      QWidget::keyPressEvent(event);
  }
}

}  // namespace coincide::gui
