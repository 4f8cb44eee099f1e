#include "gui/viewer/line_icon.h"

#include <QApplication>
#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QSvgRenderer>
#include <stdexcept>

/// A static library's resources are left out by the linker unless somebody asks for them, which Qt allows outside of
/// namespaces only.
static void load_icons() { Q_INIT_RESOURCE(icons); }

namespace coincide::gui {
namespace {

QByteArray svg_of(const QString& name) {
  load_icons();
  QFile file(":/icons/" + name + ".svg");
  if (!file.open(QIODevice::ReadOnly)) {
    throw std::logic_error("resources/icons has no " + name.toStdString() + ".svg");
  }
  return file.readAll();
}

class LineIconEngine : public QIconEngine {
 public:
  explicit LineIconEngine(QByteArray svg) : svg_(std::move(svg)) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
    const QColor colour =
        QApplication::palette().color(mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active,
                                      mode == QIcon::Selected ? QPalette::HighlightedText : QPalette::ButtonText);
    QSvgRenderer drawing(QByteArray(svg_).replace("currentColor", colour.name().toLatin1()));
    drawing.setAspectRatioMode(Qt::KeepAspectRatio);
    painter->save();
    painter->setOpacity(colour.alphaF());
    drawing.render(painter, rect);
    painter->restore();
  }
  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    QPixmap pixmap(size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    paint(&painter, QRect({0, 0}, size), mode, state);
    return pixmap;
  }
  QIconEngine* clone() const override { return new LineIconEngine(svg_); }

 private:
  QByteArray svg_;  ///< with currentColor where the colour of the text goes
};

}  // namespace

QIcon line_icon(const QString& name) { return QIcon(new LineIconEngine(svg_of(name))); }

}  // namespace coincide::gui
