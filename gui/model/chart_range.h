#pragma once

#include <string>
#include <vector>

#include "gui/model/chart.h"

namespace coincide::gui {

/// The part of the plane that is shown. Of a logarithmic axis, y is the logarithm to the base of ten.
struct ChartRange {
  double x_low = 0, x_high = 1, y_low = 0, y_high = 1;

  /// What is in the middle of `about` (parts of the width and height, from the lower left) stays there.
  ChartRange zoomed(double factor, double about_x, double about_y) const;
  /// By parts of the width and height.
  ChartRange moved(double x, double y) const;
};

/// A value as the chart's y axis has it: its logarithm, where that is logarithmic.
double shown_y(const Chart& chart, double y);

/// All points, with 0 where the values are counts, and a little room above.
ChartRange whole_range(const Chart& chart);

/// Places on an axis and what stands there.
struct ChartTicks {
  std::vector<double> at;
  std::vector<std::string> text;
};

/// At most `most` round numbers; whole ones where the chart counts, powers of ten on a logarithmic axis.
ChartTicks x_ticks(const Chart& chart, const ChartRange& range, int most);
ChartTicks y_ticks(const Chart& chart, const ChartRange& range, int most);

enum class ChartCorner { top_right, top_left, bottom_right, bottom_left };

/// Where a box of that part of the width and height hides least of the lines; the first of several.
ChartCorner emptiest_corner(const Chart& chart, const ChartRange& range, double width, double height);

}  // namespace coincide::gui
