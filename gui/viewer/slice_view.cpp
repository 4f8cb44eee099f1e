#include "gui/viewer/slice_view.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "gui/viewer/qt_colours.h"
#include "gui/viewer/slice_image.h"

namespace coincide::gui {
namespace {

constexpr const char* axis_letters = "xyz";
constexpr const char* slice_names[] = {"sagittal", "coronal", "axial"};
constexpr double zoom_step = 1.2;
constexpr int wheel_step = 120;  // of a mouse; touch pads send smaller ones

std::size_t index_of(int axis) { return static_cast<std::size_t>(axis); }

}  // namespace

SliceView::SliceView(ViewState& state, int axis, SliceContent content, QWidget* parent)
    : QWidget(parent), state_(state), axis_(axis), content_(content), axes_(recon::slice_axes(axis)) {
  setMinimumSize(120, 120);
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  constexpr const char* prefixes[] = {"", "other_", "combined_"};
  setObjectName(QString(prefixes[static_cast<int>(content)]) + slice_names[axis]);
  setToolTip(
      "Left or arrow keys: crosshair. Wheel or Page keys: slices. Right drag: upper end of the window, with Shift both "
      "ends. Ctrl + wheel, + and -: zoom. Middle drag: move.\nShift + drag: profile line. Ctrl + drag: moves a region. "
      "Double "
      "click: this view alone, and back.");
}

void SliceView::set_scale_bar(bool shown) {
  has_scale_bar_ = shown;
  update();
}

void SliceView::set_crosshair(bool shown) {
  has_crosshair_ = shown;
  update();
}

void SliceView::set_detail(double pixels_per_point) { detail_ = pixels_per_point; }

void SliceView::refresh() {
  make_picture();
  outlines_.clear();
  if (state_.has_image()) {
    for (const Roi& roi : state_.found_rois()) {
      outlines_.push_back({QString::fromStdString(roi.name),
                           roi_outline(roi, *state_.image(), axis_, state_.cursor()[index_of(axis_)])});
    }
  }
  layers_.clear();
  for (const Layer& layer : state_.has_image() ? state_.layers() : std::vector<Layer>{}) {
    if (layer.is_shown && (layer.contour || content_ != SliceContent::combined)) {  // whose colours are to be read
      layers_.push_back(layer_picture(layer, projection(), state_.cursor_mm(), size(), detail_));
    }
  }
  update();
  if (rect().contains(hover_.toPoint())) {
    tell_hover();  // another place of the slice
  }
}

SliceProjection SliceView::projection() const {
  return {.axes = axes_,
          .centre_mm = state_.camera().centre_mm,
          .middle = QPointF(0.5 * width(), 0.5 * height()),
          .pixels_per_mm = state_.pixels_per_mm()};
}

QRectF SliceView::image_rect() const {
  const recon::ImageGrid& grid = state_.image()->grid;
  std::array<double, 3> low{}, high{};
  for (std::size_t a = 0; a < 3; ++a) {
    low[a] = grid.origin_mm[a] - 0.5 * grid.voxel_size_mm[a];
    high[a] = low[a] + static_cast<double>(grid.shape[a]) * grid.voxel_size_mm[a];
  }
  return QRectF(projection().to_screen(low), projection().to_screen(high)).normalized();
}

/// The first colour; of differences that of none.
QColor SliceView::ground() const {
  const ColourScale scale = state_.colour_scale(content_);
  const double at = scale.window.low < 0 && content_ == SliceContent::combined ? 0.5 : 0;
  return qt_colour(find_colour_map(scale.colour_map).colour(at));
}

void SliceView::make_picture() {
  if (!state_.has_image()) {
    picture_ = {};
    return;
  }
  const std::int64_t index = state_.cursor()[index_of(axis_)];
  const ColourScale scale = state_.colour_scale(content_);
  if (content_ == SliceContent::image || !state_.comparison()) {
    picture_ = slice_image(recon::slice_of(*state_.image(), axis_, index), scale);
  } else if (content_ == SliceContent::other) {
    picture_ = slice_image(other_slice(*state_.comparison(), state_.image()->grid, axis_, index), scale);
  } else {
    constexpr QRgb nothing = qRgb(128, 128, 128);  // as no value of it is
    picture_ = slice_image(combined_slice(*state_.comparison(), *state_.image(), axis_, index), scale, nothing);
  }
}

/// Plane and place, in a comparison under what is shown.
QString SliceView::title() const {
  const QString place = QString("%1, %2 = %3 mm")
                            .arg(slice_names[axis_])
                            .arg(axis_letters[axis_])
                            .arg(state_.cursor_mm()[index_of(axis_)], 0, 'f', 1);
  if (!state_.comparison()) {
    return place;
  }
  constexpr const char* combinations[] = {"", "A - B", "A / B", "A and B by turns", "A and B"};
  const char* content = content_ == SliceContent::image ? "A"
                        : content_ == SliceContent::other
                            ? "B"
                            : combinations[static_cast<int>(state_.comparison()->combination)];
  return QString(content) + " · " + place;
}

void SliceView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  paint(painter);
}

void SliceView::paint(QPainter& painter) const {
  if (!state_.has_image()) {
    painter.fillRect(rect(), palette().color(QPalette::Dark));
    painter.setPen(palette().color(QPalette::BrightText));
    painter.drawText(rect(), Qt::AlignCenter, QString("%1\nno image yet").arg(slice_names[axis_]));
    return;
  }
  painter.fillRect(rect(), ground());
  painter.setRenderHint(QPainter::SmoothPixmapTransform, state_.smooth());
  painter.drawImage(image_rect(), picture_);
  painter.setPen(Qt::gray);
  painter.drawRect(image_rect());
  for (const LayerPicture& layer : layers_) {
    painter.drawImage(rect(), layer.colours);
    painter.setPen(QPen(layer.contour_colour, 1.5));
    painter.drawLines(layer.contour);
  }
  draw_overlay(painter);
}

void SliceView::draw_overlay(QPainter& painter) const {
  const SliceProjection at = projection();
  SliceOverlay overlay(painter, at, rect(), ground());
  if (has_crosshair_) {
    overlay.crosshair(state_.cursor_mm());
  }
  overlay.regions(outlines_);
  if (state_.profile_line()) {
    overlay.profile_line(*state_.profile_line());
  }
  overlay.letters(title(), state_.subject().of_patient);
  if (has_scale_bar_) {
    overlay.scale_bar();
  }
  if (hasFocus()) {
    painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
    painter.drawRect(rect().adjusted(1, 1, -1, -1));
  }
}

std::optional<std::size_t> SliceView::region_at(const std::array<double, 3>& point_mm) const {
  for (std::size_t i = state_.rois().size(); i-- > 0;) {  // the newest lies on top
    if (contains(state_.rois()[i], point_mm, std::numeric_limits<float>::infinity())) {
      return i;
    }
  }
  return {};
}

SliceView::Drag SliceView::begin_drag(const QMouseEvent& event) {
  drag_start_mm_ = to_mm(event.position());
  drags_on_ = false;
  switch (event.button()) {
    case Qt::LeftButton:
      if (event.modifiers() & Qt::ShiftModifier) {
        return Drag::line;
      }
      if (event.modifiers() & Qt::ControlModifier) {
        const auto region = region_at(drag_start_mm_);
        dragged_region_ = region.value_or(0);
        return region ? Drag::region : Drag::none;
      }
      return Drag::crosshair;
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
  if (drag_ == Drag::crosshair) {
    state_.set_cursor(state_.voxel_at(drag_start_mm_));
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
  const std::array<double, 3> mm = to_mm(event->position());
  switch (drag_) {
    case Drag::none:
      break;
    case Drag::crosshair:
      state_.set_cursor(state_.voxel_at(mm));
      break;
    case Drag::move:
      move_camera(moved);
      break;
    case Drag::upper_end:
      drag_upper_end(moved);
      break;
    case Drag::both_ends:
      drag_both_ends(moved);
      break;
    case Drag::line:
      state_.set_profile_line(ProfileLine{drag_start_mm_, mm});
      break;
    case Drag::region:
      drag_region(mm);
      break;
  }
}

void SliceView::mouseReleaseEvent(QMouseEvent*) { drag_ = Drag::none; }

/// Upwards or to the left: the last colour sooner. The lower end, mostly 0, stays where it is.
void SliceView::drag_upper_end(const QPointF& moved) {
  const double width_now = state_.window_high() - state_.window_low();
  const double factor = std::exp(2 * (moved.x() / width() + moved.y() / height()));
  state_.set_window(state_.window_low(), state_.window_low() + width_now * factor);
}

/// To the right: wider; upwards: brighter colours sooner.
void SliceView::drag_both_ends(const QPointF& moved) {
  const double width_now = state_.window_high() - state_.window_low();
  const double level = 0.5 * (state_.window_high() + state_.window_low()) + moved.y() / height() * width_now;
  const double new_width = width_now * std::exp(2 * moved.x() / width());
  state_.set_window(level - 0.5 * new_width, level + 0.5 * new_width);
}

void SliceView::move_camera(const QPointF& moved) {
  Camera camera = state_.camera();
  camera.centre_mm = projection().to_mm(projection().middle - moved, camera.centre_mm);
  state_.set_camera(camera);
}

/// What is under that place stays there.
void SliceView::zoom(double factor, const QPointF& about) {
  Camera camera = state_.camera();
  camera.zoom_about(factor, projection().to_mm(about, camera.centre_mm));
  state_.set_camera(camera);
}

void SliceView::drag_region(const std::array<double, 3>& to) {
  std::vector<Roi> rois = state_.rois();
  if (dragged_region_ >= rois.size()) {
    return;  // deleted in the meantime
  }
  for (const int axis : {axes_.right, axes_.vertical}) {
    rois[dragged_region_].centre_mm[index_of(axis)] += to[index_of(axis)] - drag_start_mm_[index_of(axis)];
  }
  drag_start_mm_ = to;
  state_.set_rois(std::move(rois),
                  std::exchange(drags_on_, true) ? ViewState::Step::same_one : ViewState::Step::new_one);
}

void SliceView::keyPressEvent(QKeyEvent* event) {
  const auto step = [this](int axis, int steps) { state_.move_cursor(axis, steps); };
  switch (event->key()) {
    case Qt::Key_PageUp:
      return step(axis_, 1);
    case Qt::Key_PageDown:
      return step(axis_, -1);
    case Qt::Key_Right:
      return step(axes_.right, 1);
    case Qt::Key_Left:
      return step(axes_.right, -1);
    case Qt::Key_Up:
      return step(axes_.vertical, axes_.down ? -1 : 1);
    case Qt::Key_Down:
      return step(axes_.vertical, axes_.down ? 1 : -1);
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoom(zoom_step, projection().middle);
    case Qt::Key_Minus:
      return zoom(1 / zoom_step, projection().middle);
    default:
      QWidget::keyPressEvent(event);
  }
}

void SliceView::wheelEvent(QWheelEvent* event) {
  wheel_rest_ += event->angleDelta().y();
  const int steps = wheel_rest_ / wheel_step;
  wheel_rest_ -= steps * wheel_step;
  if (!state_.has_image() || steps == 0) {
    return;
  }
  if (event->modifiers() & Qt::ControlModifier) {
    zoom(std::pow(zoom_step, steps), event->position());
  } else {
    state_.move_cursor(axis_, steps);
  }
}

void SliceView::tell_hover() {
  const bool is_inside = state_.has_image() && image_rect().contains(hover_);
  emit hovered(is_inside ? std::optional(to_mm(hover_)) : std::nullopt);
}

void SliceView::leaveEvent(QEvent*) {
  hover_ = {-1, -1};
  emit hovered(std::nullopt);
}

}  // namespace coincide::gui
