#pragma once

#include <QImage>
#include <QSize>

#include "gui/model/chart.h"

namespace coincide::gui {

/// A chart that no window shows, drawn for paper: so many points of 1/96 inch large. Null without OpenGL, and of an
/// empty chart.
QImage chart_picture(const Chart& chart, const QSize& points, double dots_per_inch);

}  // namespace coincide::gui
