#include "gui/viewer/line_icon.h"

#include <QApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>
#include <QPalette>
#include <algorithm>

namespace coincide::gui {
namespace {

constexpr double box = 16;  ///< the side of the square that a glyph is drawn in

/// What is filled, and what is drawn as lines.
struct Drawing {
  QPainterPath filled, lines;
};

Drawing drawing_of(Glyph glyph) {
  Drawing drawing;
  const auto add_window = [&](double strip_left) {
    drawing.lines.addRoundedRect(1.5, 2.5, 13, 11, 2, 2);
    drawing.filled.addRect(strip_left, 4, 3, 8);
  };
  switch (glyph) {
    case Glyph::run:
    case Glyph::play:
      drawing.filled.addPolygon(QPolygonF({{4, 2.5}, {13, 8}, {4, 13.5}, {4, 2.5}}));
      break;
    case Glyph::pause:
      drawing.filled.addRect(4, 3, 3, 10);
      drawing.filled.addRect(9, 3, 3, 10);
      break;
    case Glyph::stop:
      drawing.filled.addRoundedRect(3.5, 3.5, 9, 9, 1, 1);
      break;
    case Glyph::runs_column:
      add_window(3);
      break;
    case Glyph::side_panel:
      add_window(10);
      break;
    case Glyph::add:
      drawing.lines.moveTo(8, 3);
      drawing.lines.lineTo(8, 13);
      drawing.lines.moveTo(3, 8);
      drawing.lines.lineTo(13, 8);
      break;
    case Glyph::clear:
      drawing.lines.moveTo(4, 4);
      drawing.lines.lineTo(12, 12);
      drawing.lines.moveTo(12, 4);
      drawing.lines.lineTo(4, 12);
      break;
  }
  return drawing;
}

class LineIconEngine : public QIconEngine {
 public:
  explicit LineIconEngine(Glyph glyph) : glyph_(glyph) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
    const QColor colour =
        QApplication::palette().color(mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active,
                                      mode == QIcon::Selected ? QPalette::HighlightedText : QPalette::ButtonText);
    const Drawing drawing = drawing_of(glyph_);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->translate(rect.topLeft());
    painter->scale(rect.width() / box, rect.height() / box);
    painter->fillPath(drawing.filled, colour);
    painter->strokePath(drawing.lines, QPen(colour, 1.2));
    painter->restore();
  }
  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    QPixmap pixmap(size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    paint(&painter, QRect({0, 0}, size), mode, state);
    return pixmap;
  }
  QIconEngine* clone() const override { return new LineIconEngine(glyph_); }

 private:
  Glyph glyph_;
};

}  // namespace

QIcon line_icon(Glyph glyph) { return QIcon(new LineIconEngine(glyph)); }

}  // namespace coincide::gui
