#include "gui/panels/theme.h"

#include <QApplication>
#include <QPalette>
#include <QStyle>

namespace coincide::gui {
namespace {

/// For what is less important, but can still be read.
QColor faint_of(QColor text) {
  text.setAlphaF(0.65F);
  return text;
}

QPalette palette_of(const QColor& window, const QColor& base, const QColor& text, const QColor& accent,
                    const QColor& link) {
  QPalette palette(text, window, window.lighter(120), window.darker(150), window.darker(120), text, base);
  palette.setColor(QPalette::AlternateBase, window);
  palette.setColor(QPalette::ToolTipBase, base);
  palette.setColor(QPalette::ToolTipText, text);
  palette.setColor(QPalette::Highlight, accent);
  palette.setColor(QPalette::HighlightedText, Qt::white);
  palette.setColor(QPalette::Link, link);
  const QColor faint = faint_of(text);
  palette.setColor(QPalette::PlaceholderText, faint);
  for (const QPalette::ColorRole role : {QPalette::Text, QPalette::WindowText, QPalette::ButtonText}) {
    palette.setColor(QPalette::Disabled, role, faint);
  }
  return palette;
}

}  // namespace

const QStringList& theme_names() {
  static const QStringList names = {"as the system", "light", "dark"};
  return names;
}

void apply_theme(const QString& name) {
  if (name == "dark") {
    QApplication::setPalette(palette_of(QColor(45, 47, 51), QColor(30, 31, 34), QColor(225, 226, 230),
                                        QColor(46, 108, 190), QColor(110, 170, 250)));
  } else if (name == "light") {
    QApplication::setPalette(
        palette_of(QColor(240, 240, 240), Qt::white, QColor(25, 25, 25), QColor(40, 105, 190), QColor(40, 105, 190)));
  } else {
    QPalette palette = QApplication::style()->standardPalette();
    palette.setColor(QPalette::PlaceholderText, faint_of(palette.color(QPalette::Text)));
    palette.setColor(QPalette::Highlight, QColor(40, 105, 190));  // that of some styles is too light for white text
    palette.setColor(QPalette::HighlightedText, Qt::white);
    QApplication::setPalette(palette);
  }
}

}  // namespace coincide::gui
