#pragma once

#include <QWidget>
#include <optional>

#include "gui/model/chart.h"
#include "gui/viewer/chart_painter.h"

namespace coincide::gui {

/// Shows a chart. Mouse: drag moves, wheel zooms about the pointer, double click shows all again, right button: save as
/// CSV or picture, copy. Keys: arrows move, + and - zoom, Home shows all. Drawn by Qt alone: needs no OpenGL.
class ChartView : public QWidget {
  Q_OBJECT

 public:
  explicit ChartView(QWidget* parent = nullptr);

  /// Keeps the part of the plane that the user has zoomed to as long as title and axes stay the same.
  void show_chart(const Chart& chart);
  const Chart& chart() const { return chart_; }
  /// What is shown of it now.
  ChartRange range() const { return chosen_.value_or(whole_range(chart_)); }

  QSize sizeHint() const override { return {320, 200}; }
  QSize minimumSizeHint() const override { return {160, 110}; }

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;

 private:
  void choose(const std::optional<ChartRange>& range);
  QString file_name(const QString& suffix) const;
  void save_picture();

  Chart chart_;
  std::optional<ChartRange> chosen_;  ///< by the user; else all
  QRectF area_;                       ///< between the axes, as last drawn
  QPointF last_position_;
};

}  // namespace coincide::gui
