#include "gui/panels/view_tools.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>

#include "gui/panels/value_box.h"

namespace coincide::gui {

struct ViewTools::Parts {
  explicit Parts(ViewState& view, const QWidget& owner) : state(view), colours(make_colour_map_box(owner)) {}

  void refresh();
  void set_low(double value);
  void set_high(double value);

  ViewState& state;
  ValueBox* low = new ValueBox;
  ValueBox* high = new ValueBox;
  QPushButton* automatic = new QPushButton("&Automatic");
  QComboBox* colours;
  QCheckBox* smooth = new QCheckBox("S&mooth");
  Subscription follows_state;
};

void ViewTools::Parts::refresh() {
  const QSignalBlocker quiet_low(low);
  const QSignalBlocker quiet_high(high);
  const QSignalBlocker quiet_colours(colours);
  const QSignalBlocker quiet_smooth(smooth);
  for (QWidget* control : std::initializer_list<QWidget*>{low, high, automatic, colours, smooth}) {
    control->setEnabled(state.has_image());
  }
  for (ValueBox* box : {low, high}) {
    box->set_step_for(state.window_high() - state.window_low());
  }
  low->setValue(state.window_low());
  high->setValue(state.window_high());
  colours->setCurrentText(QString::fromStdString(state.colour_map()));
  smooth->setChecked(state.smooth());
}

// An end that is moved past the other one takes it along: the width stays.
void ViewTools::Parts::set_low(double bound) {
  const double width = state.window_high() - state.window_low();
  state.set_window(bound, bound < state.window_high() ? state.window_high() : bound + width);
}

void ViewTools::Parts::set_high(double bound) {
  const double width = state.window_high() - state.window_low();
  state.set_window(bound > state.window_low() ? state.window_low() : bound - width, bound);
}

ViewTools::ViewTools(ViewState& state, QWidget* parent)
    : QWidget(parent), parts_(std::make_unique<Parts>(state, *this)) {
  parts_->low->setToolTip("Value of the first colour");
  parts_->high->setToolTip("Value of the last colour");
  parts_->low->setAccessibleName("Value of the first colour");
  parts_->high->setAccessibleName("Value of the last colour");
  parts_->automatic->setToolTip("From 0 to the 99.9th percentile");
  parts_->smooth->setToolTip("Interpolates between the voxels");

  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setColumnStretch(1, 1);
  grid->setColumnStretch(2, 1);
  const auto add_label = [&](const QString& text, int row, QWidget* buddy) {
    auto* label = new QLabel(text);
    label->setBuddy(buddy);
    grid->addWidget(label, row, 0);
  };
  add_label("&Window", 0, parts_->low);
  grid->addWidget(parts_->low, 0, 1);
  grid->addWidget(parts_->high, 0, 2);
  add_label("&Colours", 1, parts_->colours);
  grid->addWidget(parts_->colours, 1, 1, 1, 2);
  auto* buttons = new QHBoxLayout;
  buttons->addWidget(parts_->automatic, 1);
  buttons->addWidget(parts_->smooth, 1);
  grid->addLayout(buttons, 2, 0, 1, 3);

  connect(parts_->low, &QDoubleSpinBox::valueChanged, this, [this](double value) { parts_->set_low(value); });
  connect(parts_->high, &QDoubleSpinBox::valueChanged, this, [this](double value) { parts_->set_high(value); });
  connect(parts_->automatic, &QPushButton::clicked, this, [this] { parts_->state.auto_window(); });
  connect(parts_->colours, &QComboBox::currentTextChanged, this,
          [this](const QString& name) { parts_->state.set_colour_map(name.toStdString()); });
  connect(parts_->smooth, &QCheckBox::toggled, this, [this](bool on) { parts_->state.set_smooth(on); });
  parts_->follows_state = state.listen([this] { parts_->refresh(); });
  parts_->refresh();
}

ViewTools::~ViewTools() { hide(); }  // a box that loses the focus hands over its value: to what is still there

}  // namespace coincide::gui
