#include "gui/viewer/step_picker.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <algorithm>

namespace coincide::gui {

StepPicker::StepPicker(QWidget* parent)
    : QWidget(parent), what_(new QLabel), slider_(new QSlider(Qt::Horizontal)), name_(new QLabel) {
  slider_->setObjectName("step");
  slider_->setPageStep(1);
  slider_->setMinimumWidth(60);
  slider_->setMaximumWidth(200);
  slider_->setToolTip("The image that is shown; of a run under way, at the right end the newest as it forms");
  what_->setBuddy(slider_);
  name_->setObjectName("step_name");
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(what_);
  layout->addWidget(slider_, 1);
  layout->addWidget(name_);
  connect(slider_, &QSlider::valueChanged, this, [this](int index) {
    show_name();
    emit chosen(index);
  });
  hide();
}

void StepPicker::set_steps(const QString& what, const QStringList& names, int shown) {
  const QSignalBlocker not_the_user(slider_);
  names_ = names;
  what_->setText("&" + what);
  slider_->setAccessibleName(what);
  slider_->setMaximum(std::max(0, static_cast<int>(names.size()) - 1));
  slider_->setValue(shown);
  show_name();
  setVisible(names.size() > 1);
}

void StepPicker::show_name() { name_->setText(names_.value(slider_->value())); }

}  // namespace coincide::gui
