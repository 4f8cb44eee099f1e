#pragma once

#include <vtkNew.h>

#include <QFont>
#include <QPalette>
#include <QRect>
#include <QSize>
#include <QSizeF>
#include <QString>

#include "gui/model/chart.h"
#include "gui/model/chart_range.h"

class vtkChartXY;
class vtkContextView;

namespace coincide::gui {

class VtkWidget;

/// On what and how large a chart is drawn.
struct ChartLook {
  QPalette palette;
  QFont font;
  QSize size;              ///< in points of the screen
  double pixel_ratio = 1;  ///< pixels per point
};

/// From values to pixels between the axes. VTK is given these: a pen that is as wide along both axes is then as wide
/// in files, too, which are drawn through a matrix.
struct ChartScale {
  double x_low, x_factor, y_low, y_factor;
  double x(double value) const { return (value - x_low) * x_factor; }
  double y(double value) const { return (value - y_low) * y_factor; }
};

/// A chart in a widget, as VTK draws it.
class ChartDrawing {
 public:
  /// The widget outlives this.
  explicit ChartDrawing(VtkWidget& widget);
  ~ChartDrawing();

  /// At the widget's next picture.
  void draw(const Chart& chart, const ChartRange& range, const ChartLook& look);
  /// Between the axes, as last drawn, in pixels; y runs up.
  QRect plot_area() const;
  /// In an SVG or PDF file, by its ending, to be called where the render window has the size of the look. False if it
  /// cannot be written.
  bool write_vector(const QString& path, const QString& title, const Chart& chart, const ChartRange& range,
                    const ChartLook& look);

 private:
  ChartScale scale_of(const ChartRange& range, const ChartLook& look) const;
  void draw_series(const Chart& chart, const ChartScale& scale, const ChartLook& look);
  void place_legend(const Chart& chart, const ChartRange& range, const ChartScale& scale, const ChartLook& look);
  void draw_axes(const Chart& chart, const ChartRange& range, const ChartScale& scale, const ChartLook& look);
  int title_room(const ChartLook& look) const;
  void take_font(const ChartLook& look);
  void take_colours(const QPalette& palette);

  QSizeF pixels_;  ///< of the last picture
  vtkNew<vtkContextView> view_;
  vtkNew<vtkChartXY> plot_;
};

}  // namespace coincide::gui
