#include "gui/viewer/elided_label.h"

#include <QPainter>
#include <QStyle>

namespace coincide::gui {

void ElidedLabel::paintEvent(QPaintEvent* event) {
  const QString shown = fontMetrics().elidedText(text(), Qt::ElideMiddle, contentsRect().width());
  if (shown == text()) {
    QLabel::paintEvent(event);
    return;
  }
  QPainter painter(this);
  style()->drawItemText(&painter, contentsRect(), static_cast<int>(alignment()), palette(), isEnabled(), shown,
                        foregroundRole());
}

}  // namespace coincide::gui
