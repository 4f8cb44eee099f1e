#include "gui/panels/turn_tools.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QPushButton>
#include <QSignalBlocker>

#include "gui/panels/form_parts.h"

namespace coincide::gui {
namespace {

/// The arrow is the line that it turns about.
QDoubleSpinBox* angle_box(const char* name, const QString& arrow, const QString& tip) {
  auto* box = new QDoubleSpinBox;
  box->setObjectName(name);
  box->setRange(-90, 90);
  box->setDecimals(1);
  box->setSingleStep(5);
  box->setPrefix(arrow + " ");
  box->setSuffix("°");
  box->setMinimumWidth(box->fontMetrics().horizontalAdvance("↔ -20.0°") + 2 * box->fontMetrics().height());
  box->setKeyboardTracking(false);
  box->setAccessibleName(tip);
  box->setToolTip(tip);
  return box;
}

}  // namespace

TurnTools::TurnTools(ViewState& state, QWidget* parent)
    : QWidget(parent),
      state_(state),
      slice_(new QComboBox),
      tilt_(angle_box("turn_tilt", "↔", tr("Turns the slice about the line from left to right through the crosshair"))),
      swivel_(
          angle_box("turn_swivel", "↕", tr("Turns the slice about the line from top to bottom through the crosshair"))),
      straighten_(new QPushButton(tr("S&traighten"))) {
  slice_->addItems({tr("axial"), tr("coronal"), tr("sagittal")});  // of the axes 2, 1, 0
  slice_->setObjectName("turn_slice");
  slice_->setToolTip(tr("The slice that the angles are of; Ctrl + Shift + drag in a slice turns it, too"));
  straighten_->setObjectName("straighten");
  straighten_->setToolTip(tr("All slices along the axes again"));
  lay_out();
  connect(slice_, &QComboBox::activated, this, [this] { refresh(); });
  connect(tilt_, &QDoubleSpinBox::valueChanged, this, &TurnTools::take);
  connect(swivel_, &QDoubleSpinBox::valueChanged, this, &TurnTools::take);
  connect(straighten_, &QPushButton::clicked, this, [this] { state_.straighten(); });
  follows_state_ = state.listen([this] { refresh(); });
  refresh();
}

TurnTools::~TurnTools() { hide(); }  // a box that loses the focus hands over its value: to what is still there

void TurnTools::lay_out() {
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setColumnStretch(1, 1);
  grid->setColumnStretch(2, 1);
  grid->addWidget(label_for(tr("Tu&rn"), slice_), 0, 0);
  grid->addWidget(slice_, 0, 1);
  grid->addWidget(straighten_, 0, 2);
  grid->addWidget(tilt_, 1, 1);
  grid->addWidget(swivel_, 1, 2);
}

int TurnTools::axis() const { return 2 - slice_->currentIndex(); }

void TurnTools::take() {
  state_.set_turn(axis(), {.tilt_degrees = tilt_->value(), .swivel_degrees = swivel_->value()});
}

void TurnTools::refresh() {
  const QSignalBlocker quiet_tilt(tilt_), quiet_swivel(swivel_);
  const bool has_slices = state_.has_image() && !state_.mosaic();
  for (QWidget* control : std::initializer_list<QWidget*>{slice_, tilt_, swivel_}) {
    control->setEnabled(has_slices);
  }
  straighten_->setEnabled(has_slices && state_.is_any_turned());
  const Turn turn = state_.turn(axis());
  tilt_->setValue(turn.tilt_degrees);
  swivel_->setValue(turn.swivel_degrees);
}

}  // namespace coincide::gui
