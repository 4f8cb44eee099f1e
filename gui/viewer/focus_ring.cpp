#include "gui/viewer/focus_ring.h"

#include <QEvent>
#include <QPainter>
#include <QVBoxLayout>

namespace coincide::gui {
namespace {

constexpr int ring_width = 2;

}  // namespace

FocusRing::FocusRing(QWidget* inside, QWidget* parent) : QWidget(parent), inside_(inside) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(ring_width, ring_width, ring_width, ring_width);
  layout->addWidget(inside);
  inside->installEventFilter(this);
}

bool FocusRing::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) {
    update();
  }
  return QWidget::eventFilter(watched, event);
}

void FocusRing::paintEvent(QPaintEvent*) {
  if (inside_->hasFocus()) {
    QPainter(this).fillRect(rect(), palette().color(QPalette::Highlight));
  }
}

}  // namespace coincide::gui
