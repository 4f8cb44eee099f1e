#include "gui/viewer/chart_painter.h"

#include <QPainter>
#include <QPolygonF>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "gui/model/contrast.h"
#include "gui/model/round_numbers.h"

namespace coincide::gui {
namespace {

/// Okabe and Ito's colours, told apart by all kinds of colour vision and on light and dark ground (K. Ito and M. Okabe,
/// Color Universal Design, 2008).
constexpr std::array<QRgb, 6> series_colours{qRgb(0, 114, 178),   qRgb(230, 159, 0), qRgb(0, 158, 115),
                                             qRgb(204, 121, 167), qRgb(213, 94, 0),  qRgb(86, 180, 233)};
constexpr double least_count = 0.5;  ///< what stands for 0 on a logarithmic axis

/// On a dark ground the lighter of the two blues comes first.
QColor colour_of(std::size_t series, const QColor& ground) {
  const std::size_t first = is_light({ground.redF(), ground.greenF(), ground.blueF()}) ? 0 : series_colours.size() - 1;
  return series_colours[(first + series) % series_colours.size()];
}

double shown_y(const Chart& chart, double y) { return chart.log_y ? std::log10(std::max(y, least_count)) : y; }

/// As long as it has none.
void widen(double& low, double& high) {
  if (!(low < high)) {
    const double half = low == 0 || !std::isfinite(low) ? 1 : 0.1 * std::abs(low);
    low = (std::isfinite(low) ? low : 0) - half;
    high = low + 2 * half;
  }
}

QString power_text(int exponent) {
  return exponent < 5 && exponent >= 0 ? QString::number(std::pow(10, exponent), 'f', 0)
                                       : QString("1e%1").arg(exponent);
}

}  // namespace

ChartRange ChartRange::zoomed(double factor, double about_x, double about_y) const {
  const auto scaled = [factor](double low, double high, double about) {
    const double fixed = low + about * (high - low);
    return std::pair{fixed + (low - fixed) / factor, fixed + (high - fixed) / factor};
  };
  const auto [left, right] = scaled(x_low, x_high, about_x);
  const auto [bottom, top] = scaled(y_low, y_high, about_y);
  return {left, right, bottom, top};
}

ChartRange ChartRange::moved(double x, double y) const {
  const double along = x * (x_high - x_low);
  const double up = y * (y_high - y_low);
  return {x_low + along, x_high + along, y_low + up, y_high + up};
}

ChartRange whole_range(const Chart& chart) {
  constexpr double most = std::numeric_limits<double>::infinity();
  ChartRange range{most, -most, most, -most};
  for (const Chart::Series& series : chart.series) {
    for (std::size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
      if (std::isfinite(series.x[i]) && std::isfinite(series.y[i])) {
        range.x_low = std::min(range.x_low, series.x[i]);
        range.x_high = std::max(range.x_high, series.x[i]);
        range.y_low = std::min(range.y_low, shown_y(chart, series.y[i]));
        range.y_high = std::max(range.y_high, shown_y(chart, series.y[i]));
      }
    }
  }
  if (chart.style == Chart::Style::steps) {
    range.y_low = std::min(range.y_low, shown_y(chart, 0));
  } else if (range.y_low > 0 && range.y_low < 0.5 * range.y_high) {
    range.y_low = 0;  // from nought, where that costs little
  }
  widen(range.x_low, range.x_high);
  widen(range.y_low, range.y_high);
  range.y_high += 0.05 * (range.y_high - range.y_low);
  return range;
}

ChartPainter::ChartPainter(QPainter& painter, const Chart& chart, const ChartRange& range, const QPalette& palette)
    : painter_(painter), chart_(chart), range_(range), palette_(palette) {}

QPointF ChartPainter::place(double x, double y) const {
  return {area_.left() + (x - range_.x_low) / (range_.x_high - range_.x_low) * area_.width(),
          area_.bottom() - (y - range_.y_low) / (range_.y_high - range_.y_low) * area_.height()};
}

/// Ticks first: the width of their texts decides where the axes are.
void ChartPainter::lay_out(const QRect& view) {
  const QFontMetrics metrics = painter_.fontMetrics();
  const int line = metrics.height();
  area_ = QRectF(view).adjusted(0, line + 4, -2 * line, -2 * line - 6);
  const int most_y = std::max(2, static_cast<int>(area_.height() / (2 * line)));
  if (chart_.log_y) {
    const int last = static_cast<int>(std::floor(range_.y_high));
    const int first = static_cast<int>(std::ceil(range_.y_low));
    const int step = std::max(1, (last - first + most_y) / most_y);
    for (int power = first; power <= last; power += step) {
      y_ticks_.push_back({static_cast<double>(power), power_text(power)});
    }
  } else {
    const RoundTicks ticks = round_ticks(range_.y_low, range_.y_high, most_y);
    for (const double value : ticks.values) {
      y_ticks_.push_back({value, QString::fromStdString(ticks.text(value))});
    }
  }
  int widest = 0;
  for (const Tick& tick : y_ticks_) {
    widest = std::max(widest, metrics.horizontalAdvance(tick.text));
  }
  area_.setLeft(view.left() + widest + line + 10);
  const int most_x = std::max(2, static_cast<int>(area_.width() / (7 * metrics.averageCharWidth() + line)));
  RoundTicks ticks = round_ticks(range_.x_low, range_.x_high, most_x);
  if (chart_.whole_x && ticks.step < 1) {
    ticks = {.step = 1, .values = {}};
    for (double whole = std::ceil(range_.x_low); whole <= range_.x_high; ++whole) {
      ticks.values.push_back(whole);
    }
  }
  for (const double value : ticks.values) {
    x_ticks_.push_back({value, QString::fromStdString(ticks.text(value))});
  }
}

void ChartPainter::draw_axes(const QRect& view) {
  const int line = painter_.fontMetrics().height();
  const QColor ink = palette_.color(QPalette::Text);
  QColor faint = ink;
  faint.setAlphaF(0.2F);
  for (const Tick& tick : x_ticks_) {
    const double x = place(tick.at, 0).x();
    painter_.setPen(faint);
    painter_.drawLine(QPointF(x, area_.top()), QPointF(x, area_.bottom()));
    painter_.setPen(ink);
    painter_.drawText(QRectF(x - 100, area_.bottom() + 2, 200, line), Qt::AlignHCenter, tick.text);
  }
  for (const Tick& tick : y_ticks_) {
    const double y = place(0, tick.at).y();
    painter_.setPen(faint);
    painter_.drawLine(QPointF(area_.left(), y), QPointF(area_.right(), y));
    painter_.setPen(ink);
    painter_.drawText(QRectF(area_.left() - 205, y - 0.5 * line, 200, line), Qt::AlignRight | Qt::AlignVCenter,
                      tick.text);
  }
  painter_.drawLine(area_.topLeft(), area_.bottomLeft());
  painter_.drawLine(area_.bottomLeft(), area_.bottomRight());
  const QRectF below(area_.left(), area_.bottom() + line + 4, area_.width(), line);
  painter_.drawText(below, Qt::AlignCenter, QString::fromStdString(chart_.x_label));
  const QString title = painter_.fontMetrics().elidedText(QString::fromStdString(chart_.title), Qt::ElideMiddle,
                                                          static_cast<int>(area_.width()));
  painter_.drawText(QRectF(area_.left(), view.top() + 1, area_.width(), line), Qt::AlignCenter, title);
  painter_.save();
  painter_.translate(view.left() + 2, area_.center().y());
  painter_.rotate(-90);
  const double length = view.height();
  painter_.drawText(QRectF(-0.5 * length, 0, length, line), Qt::AlignCenter, QString::fromStdString(chart_.y_label));
  painter_.restore();
}

void ChartPainter::draw_series(const Chart::Series& series, const QColor& colour) {
  QPolygonF line;
  const std::size_t points = std::min(series.x.size(), series.y.size());
  const auto add = [&](double x, double y) {
    if (std::isfinite(x) && std::isfinite(y)) {
      line << place(x, shown_y(chart_, y));
    }
  };
  if (chart_.style == Chart::Style::line) {
    for (std::size_t i = 0; i < points; ++i) {
      add(series.x[i], series.y[i]);
    }
  } else if (points > 1) {  // two corners per bin and down to 0 at both ends
    add(series.x.front(), 0);
    for (std::size_t i = 0; i + 1 < points; ++i) {
      add(series.x[i], series.y[i]);
      add(series.x[i + 1], series.y[i]);
    }
    add(series.x[points - 1], 0);
  }
  painter_.setPen(QPen(colour, 1.5));
  if (line.size() == 1) {
    painter_.drawEllipse(line.front(), 2, 2);  // the first of what is to come
  }
  painter_.drawPolyline(line);
}

void ChartPainter::draw_legend() {
  const QFontMetrics metrics = painter_.fontMetrics();
  int widest = 0;
  for (const Chart::Series& series : chart_.series) {
    widest = std::max(widest, metrics.horizontalAdvance(QString::fromStdString(series.name)));
  }
  const int line = metrics.height();
  const QSizeF size(widest + 34, line * static_cast<double>(chart_.series.size()) + 6);
  const QRectF box(QPointF(area_.right() - size.width() - 4, area_.top() + 4), size);
  QColor ground = palette_.color(QPalette::Base);
  ground.setAlphaF(0.8F);
  painter_.fillRect(box, ground);
  for (std::size_t i = 0; i < chart_.series.size(); ++i) {
    const double y = box.top() + 3 + line * static_cast<double>(i);
    painter_.setPen(QPen(colour_of(i, palette_.color(QPalette::Base)), 2));
    painter_.drawLine(QPointF(box.left() + 4, y + 0.5 * line), QPointF(box.left() + 24, y + 0.5 * line));
    painter_.setPen(palette_.color(QPalette::Text));
    painter_.drawText(QRectF(box.left() + 30, y, widest + 4, line), Qt::AlignVCenter,
                      QString::fromStdString(chart_.series[i].name));
  }
}

void ChartPainter::draw(const QRect& view) {
  painter_.fillRect(view, palette_.color(QPalette::Base));
  lay_out(view);
  draw_axes(view);
  painter_.save();
  painter_.setRenderHint(QPainter::Antialiasing);
  painter_.setClipRect(area_.adjusted(0, -1, 1, 1));
  for (std::size_t i = 0; i < chart_.series.size(); ++i) {
    draw_series(chart_.series[i], colour_of(i, palette_.color(QPalette::Base)));
  }
  painter_.restore();
  if (chart_.series.size() > 1) {
    draw_legend();
  }
}

}  // namespace coincide::gui
