#include "gui/panels/detector_map_view.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "gui/model/round_numbers.h"
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
      tr("Counts per crystal: to the right around the scanner, upwards along z. Click: fan of a crystal in the 3-D "
         "view."));
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

std::vector<DetectorMapView::Strip> DetectorMapView::cut(int count) const {
  const QRectF room = map_rect();
  const double line = fontMetrics().height();  // the name of a strip, above it
  const double around = std::max(1.0, map_.around_mm) / count;
  const double along = std::max(1.0, map_.along_mm);
  const double scale = std::max(0.0, std::min(room.width() / around, (room.height() / count - line) / along));
  std::vector<Strip> strips;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t first = i * map_.width / count;
    const QPointF corner(room.left(), room.top() + static_cast<double>(i) * (along * scale + line) + line);
    strips.push_back({first, (i + 1) * map_.width / count - first, {corner, QSizeF(around * scale, along * scale)}});
  }
  return strips;
}

std::vector<DetectorMapView::Strip> DetectorMapView::strips() const {
  std::vector<Strip> largest = cut(1);
  for (const int count : {2, 3, 4, 6, 8, 12}) {
    if (count > map_.width) {
      break;
    }
    std::vector<Strip> strips = cut(count);
    if (strips.front().place.height() > largest.front().place.height()) {
      largest = std::move(strips);
    }
  }
  return largest;
}

void DetectorMapView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setPen(palette().color(QPalette::WindowText));
  if (picture_.isNull()) {
    painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, tr("Counts per crystal, when a file has been read."));
    return;
  }
  const int line = fontMetrics().height();
  for (const Strip& strip : strips()) {
    const QRectF part(static_cast<double>(strip.first_column), 0, static_cast<double>(strip.columns),
                      picture_.height());
    painter.drawImage(strip.place, picture_, part);
    painter.drawRect(strip.place);
    const auto degrees = [this](std::int64_t column) {
      return std::lround(360.0 * static_cast<double>(column) / static_cast<double>(map_.width));
    };
    painter.drawText(
        QRectF(strip.place.left(), strip.place.top() - line, width(), line), Qt::AlignLeft | Qt::AlignBottom,
        QString(tr("%1° to %2°")).arg(degrees(strip.first_column)).arg(degrees(strip.first_column + strip.columns)));
  }
  draw_bar(painter);
}

void DetectorMapView::draw_bar(QPainter& painter) const {
  const int line = fontMetrics().height();
  const QRect map = map_rect().adjusted(0, line, 0, -line / 2);
  const QRect bar(map.right() + 4, map.top(), bar_width, map.height());
  painter.fillRect(bar, qt_gradient(find_colour_map("viridis"), bar.bottomLeft(), bar.topLeft()));
  painter.drawText(QRect(bar.left(), bar.top() - line - 2, width(), line), Qt::AlignLeft, tr("counts"));
  const RoundTicks ticks = round_ticks(0, most_, std::max(2, bar.height() / (3 * line)));
  for (const double value : ticks.values) {
    const int y = bar.bottom() - static_cast<int>(value / most_ * (bar.height() - 1));
    painter.drawText(QRect(bar.right() + 3, y - line / 2, width(), line), Qt::AlignVCenter,
                     QString::fromStdString(ticks.text(value)));
  }
}

std::int64_t DetectorMapView::pixel_at(const QPointF& position) const {
  if (picture_.isNull()) {
    return -1;
  }
  for (const Strip& strip : strips()) {
    if (strip.place.contains(position)) {
      const QPointF part((position.x() - strip.place.x()) / strip.place.width(),
                         (position.y() - strip.place.y()) / strip.place.height());
      const auto column = strip.first_column + static_cast<std::int64_t>(part.x() * static_cast<double>(strip.columns));
      const auto from_top = static_cast<std::int64_t>(part.y() * static_cast<double>(map_.height));
      return std::clamp<std::int64_t>(map_.height - 1 - from_top, 0, map_.height - 1) * map_.width +
             std::clamp<std::int64_t>(column, 0, map_.width - 1);
    }
  }
  return -1;
}

std::int32_t DetectorMapView::crystal_at(const QPointF& position) const {
  const std::int64_t pixel = pixel_at(position);
  return pixel < 0 ? -1 : map_.crystal[static_cast<std::size_t>(pixel)];
}

void DetectorMapView::mouseMoveEvent(QMouseEvent* event) {
  const std::int32_t crystal = crystal_at(event->position());
  if (crystal < 0) {
    emit hovered({});
    return;
  }
  const auto counts = map_.values[static_cast<std::size_t>(pixel_at(event->position()))];
  emit hovered(QString(tr("crystal %1: %2 counts")).arg(crystal).arg(static_cast<double>(counts)));
}

void DetectorMapView::mousePressEvent(QMouseEvent* event) {
  if (const std::int32_t crystal = crystal_at(event->position()); crystal >= 0) {
    emit crystal_chosen(crystal);
  }
}

void DetectorMapView::leaveEvent(QEvent*) { emit hovered({}); }

}  // namespace coincide::gui
