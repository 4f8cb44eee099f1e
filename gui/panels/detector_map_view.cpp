#include "gui/panels/detector_map_view.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "gui/viewer/qt_colours.h"

namespace coincide::gui {
namespace {

constexpr int bar_width = 12;

}  // namespace

DetectorMapView::DetectorMapView(QWidget* parent) : QWidget(parent) {
  setObjectName("detector_map");
  setMouseTracking(true);
  setMinimumSize(160, 90);
  setToolTip(
      "Counts per crystal: to the right around the scanner, upwards along z. Click: fan of a crystal in the 3-D view.");
}

void DetectorMapView::show_map(DetectorMap map) {
  map_ = std::move(map);
  most_ = usual_most(map_.values);
  const ColourMap& colours = find_colour_map("viridis");
  picture_ = QImage(static_cast<int>(map_.width), static_cast<int>(map_.height), QImage::Format_ARGB32);
  const float* value = map_.values.data();
  for (std::int64_t row = 0; row < map_.height; ++row) {
    auto* line = reinterpret_cast<QRgb*>(picture_.scanLine(static_cast<int>(map_.height - 1 - row)));
    for (std::int64_t column = 0; column < map_.width; ++column, ++value) {
      line[column] = std::isnan(*value) ? qRgba(0, 0, 0, 0)
                     : *value == 0      ? qRgb(0, 0, 0)
                                        : qt_colour(colours.colour(std::min(1.0F, *value / most_))).rgb();
    }
  }
  update();
}

/// Beside the colour bar.
QRect DetectorMapView::map_rect() const {
  return rect().adjusted(0, 0, -bar_width - 8 - fontMetrics().horizontalAdvance("1.23e+06"), 0);
}

void DetectorMapView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setPen(palette().color(QPalette::WindowText));
  if (picture_.isNull()) {
    painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, "Counts per crystal, when a file has been read.");
    return;
  }
  const QRect map = map_rect();
  painter.drawImage(map, picture_);
  painter.drawRect(map.adjusted(0, 0, -1, -1));
  const QRect bar(map.right() + 4, map.top(), bar_width, map.height());
  painter.fillRect(bar, qt_gradient(find_colour_map("viridis"), bar.bottomLeft(), bar.topLeft()));
  const int line = fontMetrics().height();
  const auto label = [&](float value, int y) {
    painter.drawText(QRect(bar.right() + 3, y, width(), line), Qt::AlignVCenter, QString::number(value, 'g', 3));
  };
  label(most_, bar.top());
  label(most_ / 2, bar.center().y() - line / 2);
  label(0, bar.bottom() - line);
}

std::int64_t DetectorMapView::pixel_at(const QPointF& position) const {
  const QRect map = map_rect();
  if (picture_.isNull() || !QRectF(map).contains(position)) {
    return -1;
  }
  const auto column = static_cast<std::int64_t>((position.x() - map.x()) * map_.width / map.width());
  const auto from_top = static_cast<std::int64_t>((position.y() - map.y()) * map_.height / map.height());
  return std::clamp<std::int64_t>(map_.height - 1 - from_top, 0, map_.height - 1) * map_.width +
         std::clamp<std::int64_t>(column, 0, map_.width - 1);
}

void DetectorMapView::mouseMoveEvent(QMouseEvent* event) {
  const std::int64_t pixel = pixel_at(event->position());
  if (pixel < 0 || map_.crystal[static_cast<std::size_t>(pixel)] < 0) {
    emit hovered({});
    return;
  }
  emit hovered(QString("crystal %1: %2 counts")
                   .arg(map_.crystal[static_cast<std::size_t>(pixel)])
                   .arg(static_cast<double>(map_.values[static_cast<std::size_t>(pixel)])));
}

void DetectorMapView::mousePressEvent(QMouseEvent* event) {
  const std::int64_t pixel = pixel_at(event->position());
  if (pixel >= 0 && map_.crystal[static_cast<std::size_t>(pixel)] >= 0) {
    emit crystal_chosen(map_.crystal[static_cast<std::size_t>(pixel)]);
  }
}

void DetectorMapView::leaveEvent(QEvent*) { emit hovered({}); }

}  // namespace coincide::gui
