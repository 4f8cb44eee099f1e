#include "gui/viewer/colour_bar.h"

#include <QPainter>
#include <algorithm>

#include "gui/model/chart.h"
#include "gui/model/round_numbers.h"
#include "gui/viewer/qt_colours.h"

namespace coincide::gui {
namespace {

constexpr int bar_width = 16;
constexpr int tick_length = 4;

}  // namespace

ColourBar::ColourBar(ViewState& state, SliceContent content, QWidget* parent)
    : QWidget(parent), state_(state), content_(content) {
  setObjectName(content == SliceContent::combined ? "combined_bar" : "colour_bar");
  setToolTip(tr("Colours of the values. Window and level: right drag in a slice, or the numbers in the tab Layers."));
}

QSize ColourBar::sizeHint() const { return {width_for(fontMetrics()), 200}; }

int ColourBar::width_for(const QFontMetrics& metrics) const {
  return 4 + bar_width + tick_length + 4 + metrics.horizontalAdvance("1.2e+06");
}

QSize ColourBar::minimumSizeHint() const { return {sizeHint().width(), 80}; }

void ColourBar::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  paint(painter, size());
}

void ColourBar::paint(QPainter& painter, const QSize& size) const {
  if (!state_.has_image()) {
    return;
  }
  const ColourScale scale = state_.colour_scale(content_);
  const QFontMetrics metrics = painter.fontMetrics();
  const int line = metrics.height();
  const QRect bar(4, line + 8, bar_width, size.height() - line - 16);
  painter.fillRect(bar, qt_gradient(find_colour_map(scale.colour_map), bar.bottomLeft(), bar.topLeft()));
  painter.setPen(palette().color(QPalette::WindowText));
  painter.drawRect(bar.adjusted(0, 0, -1, -1));
  painter.drawText(QPoint(4, metrics.ascent() + 2), QString::fromStdString(shown_unit(scale.unit)));
  const double low = scale.window.low;
  const double high = scale.window.high;
  const RoundTicks ticks = round_ticks(low, high, std::max(2, bar.height() / (3 * line)));
  for (const double value : ticks.values) {
    const int y = bar.bottom() - static_cast<int>((value - low) / (high - low) * (bar.height() - 1));
    painter.drawLine(bar.right() + 1, y, bar.right() + tick_length, y);
    painter.drawText(QRect(bar.right() + tick_length + 2, y - line / 2, size.width(), line), Qt::AlignVCenter,
                     QString::fromStdString(ticks.text(value)));
  }
}

}  // namespace coincide::gui
