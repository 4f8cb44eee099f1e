#include "gui/viewer/paper.h"

#include <QApplication>

namespace coincide::gui {

QPalette paper_palette() {
  const QColor ink(25, 25, 25);
  return {ink, Qt::white, Qt::white, Qt::gray, Qt::lightGray, ink, Qt::white};
}

QFont paper_font() {
  QFont font = QApplication::font();
  font.setPixelSize(11);
  return font;
}

}  // namespace coincide::gui
