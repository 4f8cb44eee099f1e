#pragma once

#include <QPalette>
#include <QRectF>

#include "gui/model/chart.h"

class QPainter;

namespace coincide::gui {

/// The part of the plane that is shown. Of a logarithmic axis, y is the logarithm to the base of ten.
struct ChartRange {
  double x_low = 0, x_high = 1, y_low = 0, y_high = 1;

  /// What is in the middle of `about` (parts of the width and height, from the lower left) stays there.
  ChartRange zoomed(double factor, double about_x, double about_y) const;
  /// By parts of the width and height.
  ChartRange moved(double x, double y) const;
};

/// All points, with 0 where the values are counts, and a little room above.
ChartRange whole_range(const Chart& chart);

/// Draws a chart with title, axes at round numbers, and a legend for more than one series, in the painter's font.
class ChartPainter {
 public:
  /// All outlive this.
  ChartPainter(QPainter& painter, const Chart& chart, const ChartRange& range, const QPalette& palette);
  void draw(const QRect& view);
  /// Between the axes, once it has been drawn.
  const QRectF& plot_area() const { return area_; }

 private:
  void lay_out(const QRect& view);
  void draw_axes(const QRect& view);
  void draw_series(const Chart::Series& series, const QColor& colour);
  void draw_legend();
  QPointF place(double x, double y) const;

  QPainter& painter_;
  const Chart& chart_;
  const ChartRange& range_;
  const QPalette& palette_;
  QRectF area_;
  struct Tick {
    double at;
    QString text;
  };
  std::vector<Tick> x_ticks_, y_ticks_;
};

}  // namespace coincide::gui
