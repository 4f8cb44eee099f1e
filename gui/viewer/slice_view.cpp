#include "gui/viewer/slice_view.h"

#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace coincide::gui {

SliceView::SliceView(ViewState& state, int axis, SliceContent content, QWidget* parent)
    : QWidget(parent), state_(state), drawing_(state, axis, content), axes_(recon::slice_axes(axis)) {
  setMinimumSize(120, 120);
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  constexpr const char* prefixes[] = {"", "other_", "combined_"};
  setObjectName(QString(prefixes[static_cast<int>(content)]) + slice_names[axis]);
  setAccessibleName(tr("slices"));
  setToolTip(tr(
      "Left or arrow keys: crosshair. Wheel or Page keys: slices. Right drag: upper end of the window, with Shift both "
      "ends. Ctrl + wheel, + and -: zoom. Middle drag: move.\nShift + drag: profile line. Ctrl + drag: moves a region. "
      "Ctrl + Shift + drag: turns the slice. Double click: this view alone, and back."));
}

void SliceView::set_scale_bar(bool shown) {
  SliceStyle style = drawing_.style();
  style.scale_bar = shown;
  drawing_.set_style(style);
  update();
}

void SliceView::refresh() {
  drawing_.refresh(size());
  setCursor(state_.dragged_layer() ? Qt::SizeAllCursor : Qt::ArrowCursor);
  update();
  if (rect().contains(hover_.toPoint())) {
    tell_hover();  // another place of the slice
  }
}

void SliceView::resizeEvent(QResizeEvent*) { drawing_.resize(size()); }

void SliceView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  if (!state_.has_image()) {
    painter.fillRect(rect(), palette().color(QPalette::Dark));
    painter.setPen(palette().color(QPalette::BrightText));
    painter.drawText(rect(), Qt::AlignCenter, tr("%1\nno image yet").arg(slice_names[axis()]));
    return;
  }
  drawing_.paint(painter);
  if (hasFocus()) {
    painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
    painter.drawRect(rect().adjusted(1, 1, -1, -1));
  }
}

std::optional<std::size_t> SliceView::region_at(const std::array<double, 3>& point_mm) const {
  for (std::size_t i = state_.rois().size(); i-- > 0;) {  // the newest lies on top
    if (contains(state_.rois()[i], point_mm, std::numeric_limits<float>::max())) {
      return i;
    }
  }
  return {};
}

SliceView::Drag SliceView::begin_drag(const QMouseEvent& event) {
  drag_start_mm_ = drawing_.to_mm(event.position());
  drags_on_ = false;
  switch (event.button()) {
    case Qt::LeftButton:
      if (draws()) {
        return Drag::corner;
      }
      if (event.modifiers() & Qt::ShiftModifier && event.modifiers() & Qt::ControlModifier) {
        return Drag::turn;
      }
      if (event.modifiers() & Qt::ShiftModifier) {
        return Drag::line;
      }
      if (event.modifiers() & Qt::ControlModifier) {
        const auto region = region_at(drag_start_mm_);
        dragged_region_ = region.value_or(0);
        return region ? Drag::region : Drag::none;
      }
      return state_.dragged_layer() ? Drag::layer : Drag::crosshair;
    case Qt::MiddleButton:
      return Drag::move;
    case Qt::RightButton:
      return event.modifiers() & Qt::ShiftModifier ? Drag::both_ends : Drag::upper_end;
    default:
      return Drag::none;
  }
}

void SliceView::mousePressEvent(QMouseEvent* event) {
  if (!state_.has_image()) {
    return;
  }
  last_position_ = event->position();
  drag_ = begin_drag(*event);
  if (drag_ == Drag::corner && !is_turned()) {
    state_.add_corner(axis(), drag_start_mm_);
  }
  if (drag_ == Drag::crosshair) {
    set_crosshair(drag_start_mm_);
  }
}

void SliceView::mouseMoveEvent(QMouseEvent* event) {
  if (!state_.has_image()) {
    return;
  }
  hover_ = event->position();
  tell_hover();
  const QPointF moved = event->position() - last_position_;
  last_position_ = event->position();
  const std::array<double, 3> mm = drawing_.to_mm(event->position());
  switch (drag_) {
    case Drag::none:
    case Drag::corner:
      break;
    case Drag::crosshair:
      set_crosshair(mm);
      break;
    case Drag::move:
      move_camera(state_, drawing_.straight_projection(), moved);
      break;
    case Drag::upper_end:
      drag_upper_end(state_, moved, size());
      break;
    case Drag::both_ends:
      drag_both_ends(state_, moved, size());
      break;
    case Drag::line:
      state_.set_profile_line(ProfileLine{drag_start_mm_, mm});
      break;
    case Drag::region:
      drag_region(mm);
      break;
    case Drag::layer:
      state_.shift_dragged_layer({mm[0] - drag_start_mm_[0], mm[1] - drag_start_mm_[1], mm[2] - drag_start_mm_[2]},
                                 next_step());
      drag_start_mm_ = mm;
      break;
    case Drag::turn:
      drag_turn(moved);
      break;
  }
}

/// A slice that is turned stays where it is: a point beside the image would move it.
void SliceView::set_crosshair(const std::array<double, 3>& point_mm) {
  if (!is_turned()) {
    state_.set_cursor(state_.voxel_at(point_mm));
  } else if (state_.is_in_image(point_mm)) {
    state_.set_cursor_mm(point_mm);
  }
}

void SliceView::drag_turn(const QPointF& moved) {
  constexpr double degrees_per_pixel = 0.5;
  Turn turn = state_.turn(axis());
  turn.swivel_degrees += degrees_per_pixel * moved.x();
  turn.tilt_degrees += degrees_per_pixel * moved.y();
  state_.set_turn(axis(), turn);
}

/// Of a polygon whose last corner the first click of the two has set.
void SliceView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (draws() && event->button() == Qt::LeftButton) {
    draw_by_key(state_, Qt::Key_Return);
  }
}

/// Here and not at the press, since Qt hides a tool tip when a button is let go.
void SliceView::mouseReleaseEvent(QMouseEvent* event) {
  if (drag_ == Drag::corner && is_turned()) {
    QToolTip::showText(event->globalPosition().toPoint(),
                       tr("This slice is turned, and polygons lie along the voxels. Straighten it first: tab Layers, "
                          "or Reset views (Ctrl+0)."),
                       this);
  }
  drag_ = Drag::none;
}

/// All of a drag is one step.
ViewState::Step SliceView::next_step() {
  return std::exchange(drags_on_, true) ? ViewState::Step::same_one : ViewState::Step::new_one;
}

void SliceView::drag_region(const std::array<double, 3>& to) {
  std::vector<Roi> rois = state_.rois();
  if (dragged_region_ >= rois.size()) {
    return;  // deleted in the meantime
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    rois[dragged_region_].centre_mm[axis] += to[axis] - drag_start_mm_[axis];
  }
  drag_start_mm_ = to;
  state_.set_rois(std::move(rois), next_step());
}

/// By so many voxels of that axis; in a slice that is turned along the direction that the axis has there.
void SliceView::step(int along, int steps) {
  if (!is_turned() || !state_.has_image()) {
    state_.move_cursor(along, steps);
    return;
  }
  const SlicePlane plane = slice_plane(axis(), state_.turn(axis()));
  const Eigen::Vector3d& direction = along == axes_.right      ? plane.right
                                     : along == axes_.vertical ? plane.vertical
                                                               : plane.normal;
  std::array<double, 3> mm = state_.cursor_mm();
  for (std::size_t i = 0; i < 3; ++i) {
    mm[i] += steps * state_.image()->grid.voxel_size_mm[static_cast<std::size_t>(along)] *
             direction[static_cast<Eigen::Index>(i)];
  }
  state_.set_cursor_mm(mm);
}

void SliceView::keyPressEvent(QKeyEvent* event) {
  const auto zoom = [this](double factor) {
    zoom_camera(state_, drawing_.straight_projection(), factor, drawing_.projection().middle);
  };
  if (draw_by_key(state_, event->key())) {
    return;
  }
  const int rightwards = drawing_.projection().is_mirrored ? -1 : 1;
  switch (event->key()) {
    case Qt::Key_PageUp:
      return step(axis(), 1);
    case Qt::Key_PageDown:
      return step(axis(), -1);
    case Qt::Key_Right:
      return step(axes_.right, rightwards);
    case Qt::Key_Left:
      return step(axes_.right, -rightwards);
    case Qt::Key_Up:
      return step(axes_.vertical, axes_.down ? -1 : 1);
    case Qt::Key_Down:
      return step(axes_.vertical, axes_.down ? 1 : -1);
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoom(zoom_step);
    case Qt::Key_Minus:
      return zoom(1 / zoom_step);
    default:
      QWidget::keyPressEvent(event);
  }
}

void SliceView::wheelEvent(QWheelEvent* event) {
  const int steps = wheel_.take(event->angleDelta().y());
  if (!state_.has_image() || steps == 0) {
    return;
  }
  if (event->modifiers() & Qt::ControlModifier) {
    zoom_camera(state_, drawing_.straight_projection(), std::pow(zoom_step, steps), event->position());
  } else {
    step(axis(), steps);
  }
}

void SliceView::tell_hover() {
  const bool is_inside = state_.has_image() && drawing_.is_on_image(hover_);
  emit hovered(is_inside ? std::optional(PointedAt{drawing_.to_mm(hover_), axis()}) : std::nullopt);
}

void SliceView::leaveEvent(QEvent*) {
  hover_ = {-1, -1};
  emit hovered(std::nullopt);
}

}  // namespace coincide::gui
