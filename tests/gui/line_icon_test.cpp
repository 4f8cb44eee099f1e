// The icons of resources/icons: all of them can be drawn, sharp, in the colour of the text.

#include <QApplication>
#include <QDir>
#include <QPalette>
#include <QtTest>

#include "gui/panels/theme.h"
#include "gui/viewer/line_icon.h"
#include "support/test_main.h"

namespace coincide::tests {
namespace {

/// Of the pixels that are covered at all: how many, and the darkest and the brightest that are covered whole.
struct Ink {
  int pixels = 0, darkest = 255, brightest = 0;
};

Ink ink_of(const QIcon& icon, int size, QIcon::Mode mode) {
  const QImage picture = icon.pixmap(QSize(size, size), 1, mode).toImage().convertToFormat(QImage::Format_ARGB32);
  Ink ink;
  for (int y = 0; y < picture.height(); ++y) {
    for (int x = 0; x < picture.width(); ++x) {
      const QColor colour = picture.pixelColor(x, y);
      ink.pixels += colour.alpha() > 0 ? 1 : 0;
      if (colour.alpha() == 255) {
        ink.darkest = std::min(ink.darkest, colour.lightness());
        ink.brightest = std::max(ink.brightest, colour.lightness());
      }
    }
  }
  return ink;
}

}  // namespace

class LineIconTest : public QObject {
  Q_OBJECT

 private slots:
  void cleanup() { gui::apply_theme("as the system"); }

  void all_are_drawn_in_the_colour_of_the_text() {
    const QStringList files = QDir(COINCIDE_ICONS).entryList({"*.svg"});
    QVERIFY(files.size() > 15);
    for (const QString& file : files) {
      const QIcon icon = gui::line_icon(file.chopped(4));
      gui::apply_theme("dark");
      const Ink bright = ink_of(icon, 64, QIcon::Normal);
      QVERIFY2(bright.pixels > 64 && bright.pixels < 64 * 64, qPrintable(file));
      QVERIFY2(bright.darkest > 200, qPrintable(file));
      gui::apply_theme("light");
      QVERIFY2(ink_of(icon, 64, QIcon::Normal).brightest < 60, qPrintable(file));
    }
  }

  /// Drawn anew at each size: twice as large is four times as many pixels, not a picture enlarged.
  void they_are_sharp_at_any_size() {
    const QIcon icon = gui::line_icon("stop");
    QCOMPARE(ink_of(icon, 16, QIcon::Normal).pixels, 100);  // 9 x 9 from the middle of a pixel to that of another
    QCOMPARE(ink_of(icon, 32, QIcon::Normal).pixels, 18 * 18);
  }

  void disabled_ones_are_faint() {
    gui::apply_theme("light");
    const QImage faint = gui::line_icon("run").pixmap(QSize(32, 32), 1, QIcon::Disabled).toImage();
    const QImage full = gui::line_icon("run").pixmap(QSize(32, 32), 1, QIcon::Normal).toImage();
    QVERIFY(full.pixelColor(16, 16).alpha() == 255);
    QVERIFY(faint.pixelColor(16, 16).alpha() > 100 && faint.pixelColor(16, 16).alpha() < 200);
  }

  void one_that_there_is_not_is_an_error() { QVERIFY_THROWS_EXCEPTION(std::logic_error, gui::line_icon("no such")); }
};

COINCIDE_TEST_CLASS(LineIconTest)

}  // namespace coincide::tests

#include "line_icon_test.moc"
