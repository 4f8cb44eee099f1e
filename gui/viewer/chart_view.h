#pragma once

#include <QWidget>
#include <memory>

#include "gui/model/chart.h"

namespace coincide::gui {

/// Draws a chart, with a title, axes and a legend for more than one series. Mouse: drag moves, wheel zooms, double
/// click shows all again, right button: save as CSV or picture, copy. Where there is no OpenGL it says so, and the CSV
/// can still be had.
class ChartView : public QWidget {
  Q_OBJECT

 public:
  explicit ChartView(QWidget* parent = nullptr);
  ~ChartView() override;

  /// Keeps the part of the plane that the user has zoomed to as long as the title stays the same.
  void show_chart(const Chart& chart);
  const Chart& chart() const;

  QSize sizeHint() const override { return {320, 200}; }
  QSize minimumSizeHint() const override { return {160, 110}; }

 protected:
  void changeEvent(QEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;

 private:
  void save_picture();

  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace coincide::gui
