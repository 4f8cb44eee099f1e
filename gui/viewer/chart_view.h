#pragma once

#include <QImage>
#include <QWidget>
#include <memory>
#include <optional>

#include "gui/model/chart.h"
#include "gui/model/chart_range.h"

namespace coincide::gui {

/// Shows a chart, drawn by VTK in the window's font. Mouse: drag moves, wheel zooms about the pointer, double click
/// shows all again, right button: save as CSV or picture, copy. Keys: arrows move, + and - zoom, Home shows all. Where
/// there is no OpenGL it says so, and the CSV can still be had.
class ChartView : public QWidget {
  Q_OBJECT

 public:
  explicit ChartView(QWidget* parent = nullptr);
  ~ChartView() override;

  /// Keeps the part of the plane that the user has zoomed to as long as title and axes stay the same.
  void show_chart(const Chart& chart);
  const Chart& chart() const;
  /// What is shown of it now.
  ChartRange range() const;
  /// Between the axes, as last drawn, in the pixels of this widget; empty before, and without OpenGL.
  QRectF plot_area() const;
  /// What is shown, drawn anew for paper. Null before it has been shown, and without OpenGL.
  QImage paper_picture(const QSize& points, double dots_per_inch);
  /// What is shown as lines and letters in an SVG or PDF file, by its ending, dark on white. False if it cannot be
  /// written.
  bool write_vector(const QString& path);

  QSize sizeHint() const override { return {320, 200}; }
  QSize minimumSizeHint() const override { return {160, 110}; }

 protected:
  void changeEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  /// Mouse and keys of the widget inside.
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void choose(const std::optional<ChartRange>& range);
  void draw();
  void settle();
  void pass();
  QString title() const;
  bool press_key(int key);
  void zoom_at(const QPointF& position, double factor);
  void save_picture();

  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace coincide::gui
