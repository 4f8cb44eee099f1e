#include "gui/viewer/step_picker.h"

#include <QActionGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <algorithm>

#include "gui/viewer/line_icon.h"

namespace coincide::gui {

StepPicker::StepPicker(QWidget* parent)
    : QWidget(parent),
      what_(new QLabel),
      slider_(new QSlider(Qt::Horizontal)),
      name_(new QLabel),
      play_(new QToolButton) {
  slider_->setObjectName("step");
  slider_->setPageStep(1);
  slider_->setMinimumWidth(50);
  slider_->setMaximumWidth(200);
  slider_->setToolTip(tr("The image that is shown; of a run under way, at the right end the newest as it forms"));
  what_->setBuddy(slider_);
  name_->setObjectName("step_name");
  name_->setTextFormat(Qt::PlainText);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(what_);
  layout->addWidget(slider_, 1);
  layout->addWidget(name_);
  layout->addWidget(play_);
  make_play_button();
  connect(slider_, &QSlider::valueChanged, this, [this](int index) {
    show_name();
    emit chosen(index);
  });
  hide();
}

/// A cine loop: after the last one the first.
void StepPicker::make_play_button() {
  play_->setObjectName("play");
  play_->setIcon(line_icon("run"));
  play_->setAutoRaise(true);
  play_->setCheckable(true);
  play_->setFocusPolicy(Qt::StrongFocus);
  play_->setAccessibleName(tr("Play"));
  play_->setToolTip(tr("Shows one after the other, until it is pressed again; the arrow beside it has speeds"));
  play_->setPopupMode(QToolButton::MenuButtonPopup);
  auto* menu = new QMenu(play_);
  auto* speeds = new QActionGroup(menu);
  constexpr int second_ms = 1000, usual_per_second = 4;
  for (const int per_second : {1, 2, usual_per_second, 8, 15}) {
    QAction* action = menu->addAction(tr("%1 per second").arg(per_second), this,
                                      [this, per_second] { next_.setInterval(second_ms / per_second); });
    action->setCheckable(true);
    action->setChecked(per_second == usual_per_second);
    speeds->addAction(action);
  }
  play_->setMenu(menu);
  next_.setInterval(second_ms / usual_per_second);
  connect(&next_, &QTimer::timeout, this,
          [this] { slider_->setValue(slider_->value() + 1 < steps_.played ? slider_->value() + 1 : 0); });
  connect(play_, &QToolButton::toggled, this, [this](bool plays) {
    play_->setIcon(line_icon(plays ? "pause" : "run"));
    plays ? next_.start() : next_.stop();
  });
}

void StepPicker::set_steps(const Steps& steps) {
  const QSignalBlocker not_the_user(slider_);
  steps_ = steps;
  what_->setText("&" + steps.what);
  slider_->setAccessibleName(steps.what);
  slider_->setMaximum(std::max(0, static_cast<int>(steps.names.size()) - 1));
  slider_->setValue(steps.shown);
  show_name();
  setVisible(steps.names.size() > 1);
  play_->setVisible(steps.played > 1);
  if (steps.played <= 1) {
    play_->setChecked(false);
  }
}

void StepPicker::show_name() { name_->setText(steps_.names.value(slider_->value())); }

}  // namespace coincide::gui
