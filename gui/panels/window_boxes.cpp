#include "gui/panels/window_boxes.h"

#include <QHBoxLayout>
#include <QSignalBlocker>

#include "gui/panels/value_box.h"

namespace coincide::gui {

WindowBoxes::WindowBoxes(const QString& prefix, QWidget* parent)
    : QWidget(parent), low_(new ValueBox), high_(new ValueBox) {
  low_->setObjectName(prefix + "low");
  high_->setObjectName(prefix + "high");
  low_->setAccessibleName(tr("Value of the first colour"));
  high_->setAccessibleName(tr("Value of the last colour"));
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  for (ValueBox* box : {low_, high_}) {
    box->setToolTip(box->accessibleName());
    layout->addWidget(box, 1);
  }
  setFocusProxy(low_);
  connect(low_, &QDoubleSpinBox::valueChanged, this, [this](double low) {
    emit changed(low, low < window_.high ? window_.high : low + window_.high - window_.low);
  });
  connect(high_, &QDoubleSpinBox::valueChanged, this, [this](double high) {
    emit changed(high > window_.low ? window_.low : high - (window_.high - window_.low), high);
  });
}

void WindowBoxes::set_window(const ValueWindow& window) {
  window_ = window;
  const QSignalBlocker quiet_low(low_), quiet_high(high_);
  for (ValueBox* box : {low_, high_}) {
    box->set_step_for(window.high - window.low);
  }
  low_->setValue(window.low);
  high_->setValue(window.high);
}

}  // namespace coincide::gui
