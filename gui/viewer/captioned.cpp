#include "gui/viewer/captioned.h"

#include <QApplication>
#include <QFontMetrics>
#include <QPainter>
#include <QPalette>

namespace coincide::gui {

QImage captioned(const QImage& picture, const QString& caption) {
  const QFontMetrics metrics(QApplication::font());
  const double ratio = picture.devicePixelRatio();
  const int width = static_cast<int>(picture.width() / ratio);
  const int line_height = metrics.height() + 8;
  QImage whole(picture.width(), picture.height() + static_cast<int>(line_height * ratio), QImage::Format_RGB32);
  whole.setDevicePixelRatio(ratio);
  whole.setText("Title", caption);
  const QPalette palette = QApplication::palette();
  whole.fill(palette.color(QPalette::Window));
  QPainter painter(&whole);
  painter.setFont(QApplication::font());
  painter.setPen(palette.color(QPalette::WindowText));
  painter.drawText(QRect(6, 0, width - 12, line_height), Qt::AlignVCenter,
                   metrics.elidedText(caption, Qt::ElideMiddle, width - 12));
  painter.drawImage(QPoint(0, line_height), picture);
  return whole;
}

}  // namespace coincide::gui
