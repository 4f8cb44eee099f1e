#include "gui/viewer/chart_picture.h"

#include "gui/viewer/chart_view.h"

namespace coincide::gui {

QImage chart_picture(const Chart& chart, const QSize& points, double dots_per_inch) {
  if (chart.is_empty()) {
    return {};
  }
  ChartView view;
  view.setAttribute(Qt::WA_DontShowOnScreen);  // but it gets an OpenGL context
  view.resize(points);
  view.show();
  view.show_chart(chart);
  return view.paper_picture(points, dots_per_inch);
}

}  // namespace coincide::gui
