#include "gui/panels/place_boxes.h"

#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QMenu>
#include <QSignalBlocker>
#include <QToolButton>

#include "gui/model/job_images.h"
#include "gui/panels/form_parts.h"

namespace coincide::gui {
namespace {

/// For x, y and z.
std::array<QDoubleSpinBox*, 3> make_boxes(const QString& name, const QString& suffix, double most, double step) {
  std::array<QDoubleSpinBox*, 3> boxes{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    auto* box = boxes[axis] = new QDoubleSpinBox;
    const QChar letter = "xyz"[axis];
    box->setObjectName(name + "_" + letter);
    box->setRange(-most, most);
    box->setDecimals(1);
    box->setSingleStep(step);
    box->setSuffix(suffix);
    box->setKeyboardTracking(false);                                           // what is typed is one step
    box->setMinimumWidth(box->fontMetrics().horizontalAdvance("-50.0 mm  "));  // a narrow panel need not scroll
  }
  return boxes;
}

}  // namespace

PlaceBoxes::PlaceBoxes(QWidget* parent)
    : QWidget(parent),
      shift_(make_boxes("layer_shift", tr(" mm"), 5000, 1)),
      turn_(make_boxes("layer_turn", tr("°"), 180, 0.5)),
      drag_(new QToolButton),
      reset_(new QToolButton),
      file_(new QToolButton),
      keep_(new QToolButton),
      file_menu_(new QMenu(this)),
      keep_menu_(new QMenu(this)) {
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->addWidget(label_for(tr("S&hift"), shift_[0]), 0, 1);
  grid->addWidget(label_for(tr("&Turn"), turn_[0]), 0, 2);
  grid->setColumnStretch(1, 1);
  grid->setColumnStretch(2, 1);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const QString letter = QChar("xyz"[axis]);
    const auto row = static_cast<int>(axis) + 1;
    grid->addWidget(new QLabel(letter), row, 0);
    grid->addWidget(shift_[axis], row, 1);
    grid->addWidget(turn_[axis], row, 2);
    shift_[axis]->setAccessibleName(tr("Shift along %1").arg(letter));
    turn_[axis]->setAccessibleName(tr("Turn about %1").arg(letter));
    shift_[axis]->setToolTip(tr("Moves the layer along the scanner's %1 axis, after it was turned").arg(letter));
    turn_[axis]->setToolTip(tr("Turns the layer about its middle: about x first, then about y, then about z"));
    connect(shift_[axis], &QDoubleSpinBox::valueChanged, this, [this, axis](double mm) {
      place_.shift_mm[axis] = mm;
      emit changed(place_);
    });
    connect(turn_[axis], &QDoubleSpinBox::valueChanged, this, [this, axis](double degrees) {
      place_.turn_degrees[axis] = degrees;
      emit changed(place_);
    });
  }
  make_buttons();
  auto* buttons = new QHBoxLayout;
  for (QToolButton* button : {drag_, reset_, file_, keep_}) {
    button->setFocusPolicy(Qt::StrongFocus);
    buttons->addWidget(button);
  }
  buttons->addStretch(1);
  grid->addLayout(buttons, 4, 0, 1, 3);
}

void PlaceBoxes::make_buttons() {
  drag_->setText(tr("Drag"));
  drag_->setObjectName("drag_layer");
  drag_->setCheckable(true);
  drag_->setToolTip(tr("The left mouse button moves the layer in the slices, instead of the crosshair"));
  reset_->setText(tr("Reset"));
  reset_->setObjectName("reset_layer");
  reset_->setToolTip(tr("Back to where its file has it"));
  keep_->setText(tr("Keep in job"));
  keep_->setObjectName("keep_layer");
  keep_->setMenu(keep_menu_);
  keep_->setPopupMode(QToolButton::InstantPopup);
  file_->setText(tr("File"));
  file_->setObjectName("place_file");
  file_->setMenu(file_menu_);
  file_->setPopupMode(QToolButton::InstantPopup);
  file_->setToolTip(tr("A registration made elsewhere (ANTs, 3D Slicer, SimpleITK), or this one for there"));
  file_menu_->addAction(tr("&Open a registration..."), this, &PlaceBoxes::open_wanted);
  file_menu_->addAction(tr("&Save the registration..."), this, &PlaceBoxes::save_wanted);
  for (const JobImage& image : job_images({})) {
    keep_menu_->addAction(tr("As its %1").arg(QString::fromStdString(image.name)), this,
                          [this, setting = QString::fromStdString(image.setting)] { emit keep_wanted(setting); });
  }
  connect(drag_, &QToolButton::clicked, this, &PlaceBoxes::drag_wanted);
  connect(reset_, &QToolButton::clicked, this, [this] { emit changed({}); });
}

void PlaceBoxes::set_layer(const Layer& layer, bool is_dragged) {
  const auto set = [](QDoubleSpinBox* box, double value) {
    const QSignalBlocker quiet(box);
    box->setValue(value);
  };
  place_ = layer.place;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    set(shift_[axis], layer.place.shift_mm[axis]);
    set(turn_[axis], layer.place.turn_degrees[axis]);
  }
  drag_->setChecked(is_dragged);
  reset_->setEnabled(layer.place != recon::Registration{});
  keep_->setEnabled(!layer.source.image.empty());
  keep_->setToolTip(keep_->isEnabled() ? tr("The job reads this image, and brings it to this place")
                                       : tr("No file has this image that a job could read"));
}

}  // namespace coincide::gui
