#include "gui/viewer/plain_slice_view.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "gui/model/colour_maps.h"

namespace coincide::gui {
namespace {

constexpr const char* axis_letters = "xyz";
constexpr const char* slice_names[] = {"sagittal", "coronal", "axial"};

double extent_mm(const recon::ImageGrid& grid, int axis) {
  return static_cast<double>(grid.shape[static_cast<std::size_t>(axis)]) *
         grid.voxel_size_mm[static_cast<std::size_t>(axis)];
}

std::array<QRgb, 256> colour_table(const std::string& name) {
  const ColourMap& map = find_colour_map(name);
  std::array<QRgb, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto rgb = map.colour(static_cast<double>(i) / (table.size() - 1));
    table[i] =
        QColor::fromRgbF(static_cast<float>(rgb[0]), static_cast<float>(rgb[1]), static_cast<float>(rgb[2])).rgb();
  }
  return table;
}

}  // namespace

PlainSliceView::PlainSliceView(ViewState& state, int axis, QWidget* parent)
    : QWidget(parent), state_(state), axis_(axis), across_(axis == 0 ? 1 : 0), up_(axis == 2 ? 1 : 2) {
  setMinimumSize(120, 120);
  setFocusPolicy(Qt::StrongFocus);
  setObjectName(slice_names[axis]);
  setToolTip("Left: crosshair. Wheel: slices. Right drag: window and level. Ctrl + wheel: zoom. Middle drag: move.");
}

void PlainSliceView::reset_view() {
  zoom_ = 1;
  pan_ = {};
  update();
}

void PlainSliceView::refresh() {
  make_picture();
  update();
}

double PlainSliceView::middle_mm(int axis) const {
  const recon::ImageGrid& grid = state_.image()->grid;
  const auto k = static_cast<std::size_t>(axis);
  return grid.origin_mm[k] + 0.5 * static_cast<double>(grid.shape[k] - 1) * grid.voxel_size_mm[k];
}

PlainSliceView::Projection PlainSliceView::projection() const {
  const recon::ImageGrid& grid = state_.image()->grid;
  const double fit = std::min(width() / extent_mm(grid, across_), height() / extent_mm(grid, up_));
  return {.scale = 0.95 * fit * zoom_, .zero = QPointF(0.5 * width(), 0.5 * height()) + pan_};
}

QRectF PlainSliceView::image_rect() const {
  const recon::ImageGrid& grid = state_.image()->grid;
  const Projection p = projection();
  const QSizeF size(p.scale * extent_mm(grid, across_), p.scale * extent_mm(grid, up_));
  return {p.zero - QPointF(0.5 * size.width(), 0.5 * size.height()), size};
}

void PlainSliceView::make_picture() {
  if (!state_.has_image()) {
    picture_ = {};
    return;
  }
  const recon::Image& image = *state_.image();
  const auto& shape = image.grid.shape;
  const auto columns = shape[static_cast<std::size_t>(across_)];
  const auto rows = shape[static_cast<std::size_t>(up_)];
  const std::array<QRgb, 256> colours = colour_table(state_.colour_map());
  const double scale = 255 / (state_.window_high() - state_.window_low());
  picture_ = QImage(static_cast<int>(columns), static_cast<int>(rows), QImage::Format_RGB32);
  std::array<std::int64_t, 3> voxel = state_.cursor();
  for (std::int64_t row = 0; row < rows; ++row) {
    auto* line = reinterpret_cast<QRgb*>(picture_.scanLine(static_cast<int>(rows - 1 - row)));
    voxel[static_cast<std::size_t>(up_)] = row;
    for (std::int64_t column = 0; column < columns; ++column) {
      voxel[static_cast<std::size_t>(across_)] = column;
      const double at = (image.at(voxel[0], voxel[1], voxel[2]) - state_.window_low()) * scale;
      line[column] = colours[static_cast<std::size_t>(std::clamp(at, 0.0, 255.0))];
    }
  }
}

void PlainSliceView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), Qt::black);
  painter.setPen(Qt::gray);
  if (!state_.has_image()) {
    painter.drawText(rect(), Qt::AlignCenter, "no image yet");
    return;
  }
  const QRectF target = image_rect();
  painter.setRenderHint(QPainter::SmoothPixmapTransform, state_.smooth());
  painter.drawImage(target, picture_);

  const std::array<double, 3> mm = state_.cursor_mm();
  const Projection p = projection();
  const double x = p.zero.x() + (mm[static_cast<std::size_t>(across_)] - middle_mm(across_)) * p.scale;
  const double y = p.zero.y() - (mm[static_cast<std::size_t>(up_)] - middle_mm(up_)) * p.scale;
  painter.setPen(QColor(64, 160, 255));
  painter.drawLine(QPointF(x, 0), QPointF(x, height()));
  painter.drawLine(QPointF(0, y), QPointF(width(), y));

  painter.setPen(QColor(255, 190, 60));
  const QRect inner = rect().adjusted(6, 4, -6, -4);
  const QString left_right = QString("%1").arg(axis_letters[across_]);
  const QString up = QString("%1").arg(axis_letters[up_]);
  painter.drawText(inner, Qt::AlignVCenter | Qt::AlignRight, "+" + left_right);
  painter.drawText(inner, Qt::AlignVCenter | Qt::AlignLeft, "-" + left_right);
  painter.drawText(inner, Qt::AlignTop | Qt::AlignRight, "+" + up);
  painter.drawText(inner, Qt::AlignBottom | Qt::AlignRight, "-" + up);
  painter.drawText(inner, Qt::AlignTop | Qt::AlignLeft,
                   QString("%1, %2 = %3 mm")
                       .arg(slice_names[axis_])
                       .arg(axis_letters[axis_])
                       .arg(mm[static_cast<std::size_t>(axis_)], 0, 'f', 1));
}

void PlainSliceView::set_cursor_at(const QPointF& position) {
  const Projection p = projection();
  std::array<double, 3> mm = state_.cursor_mm();
  mm[static_cast<std::size_t>(across_)] = middle_mm(across_) + (position.x() - p.zero.x()) / p.scale;
  mm[static_cast<std::size_t>(up_)] = middle_mm(up_) - (position.y() - p.zero.y()) / p.scale;
  state_.set_cursor(state_.voxel_at(mm));
}

void PlainSliceView::mousePressEvent(QMouseEvent* event) {
  last_position_ = event->position();
  if (state_.has_image() && event->button() == Qt::LeftButton) {
    set_cursor_at(event->position());
  }
}

void PlainSliceView::mouseMoveEvent(QMouseEvent* event) {
  const QPointF moved = event->position() - last_position_;
  last_position_ = event->position();
  if (!state_.has_image()) {
    return;
  }
  if (event->buttons() & Qt::LeftButton) {
    set_cursor_at(event->position());
  } else if (event->buttons() & Qt::MiddleButton) {
    pan_ += moved;
    update();
  } else if (event->buttons() & Qt::RightButton) {  // to the right: wider, upwards: brighter colours sooner
    const double width_now = state_.window_high() - state_.window_low();
    const double level = 0.5 * (state_.window_high() + state_.window_low()) + moved.y() / height() * width_now;
    const double new_width = width_now * std::exp(2 * moved.x() / width());
    state_.set_window(level - 0.5 * new_width, level + 0.5 * new_width);
  }
}

void PlainSliceView::mouseDoubleClickEvent(QMouseEvent*) { reset_view(); }

void PlainSliceView::wheelEvent(QWheelEvent* event) {
  const int steps = event->angleDelta().y() / 120;
  if (!state_.has_image() || steps == 0) {
    return;
  }
  if (event->modifiers() & Qt::ControlModifier) {
    zoom_ = std::clamp(zoom_ * std::pow(1.2, steps), 0.2, 50.0);
    update();
  } else {
    state_.move_cursor(axis_, steps);
  }
}

}  // namespace coincide::gui
