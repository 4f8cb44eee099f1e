#include "gui/viewer/mosaic_bar.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QToolButton>

namespace coincide::gui {
namespace {

QSpinBox* count_box(const char* name, const QString& accessible) {
  constexpr int most = 12;
  auto* box = new QSpinBox;
  box->setRange(1, most);
  box->setObjectName(name);
  box->setAccessibleName(accessible);
  box->setToolTip(accessible);
  return box;
}

}  // namespace

MosaicBar::MosaicBar(ViewState& state, QWidget* parent)
    : QWidget(parent),
      state_(state),
      plane_(new QComboBox),
      columns_(count_box("mosaic_columns", tr("Slices in a row"))),
      rows_(count_box("mosaic_rows", tr("Rows"))),
      spacing_(new QDoubleSpinBox) {
  plane_->addItems({tr("sagittal"), tr("coronal"), tr("axial")});  // by axis
  plane_->setObjectName("mosaic_plane");
  plane_->setAccessibleName(tr("Which slices"));
  spacing_->setObjectName("mosaic_spacing");
  spacing_->setRange(0, 1000);
  spacing_->setDecimals(1);
  spacing_->setSuffix(" mm");
  spacing_->setSpecialValueText(tr("over the whole image"));
  spacing_->setKeyboardTracking(false);
  spacing_->setToolTip(tr("From one slice to the next, as near as slices of voxels come; 0: as the image needs"));
  auto* end = new QToolButton;
  end->setText(tr("End"));
  end->setObjectName("end_mosaic");
  end->setToolTip(tr("Shows the usual views again"));
  end->setFocusPolicy(Qt::StrongFocus);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(4, 0, 4, 2);
  layout->addWidget(plane_);
  layout->addWidget(columns_);
  layout->addWidget(new QLabel("x"));
  layout->addWidget(rows_);
  auto* every = new QLabel(tr("&every"));
  every->setBuddy(spacing_);
  layout->addWidget(every);
  layout->addWidget(spacing_);
  layout->addStretch(1);
  layout->addWidget(end);
  connect(plane_, &QComboBox::activated, this, &MosaicBar::take);
  connect(columns_, &QSpinBox::valueChanged, this, &MosaicBar::take);
  connect(rows_, &QSpinBox::valueChanged, this, &MosaicBar::take);
  connect(spacing_, &QDoubleSpinBox::valueChanged, this, &MosaicBar::take);
  connect(end, &QToolButton::clicked, this, [this] { state_.set_mosaic({}); });
  follows_state_ = state.listen([this] { refresh(); });
  refresh();
}

void MosaicBar::take() {
  state_.set_mosaic(Mosaic{.axis = plane_->currentIndex(),
                           .columns = columns_->value(),
                           .rows = rows_->value(),
                           .spacing_mm = spacing_->value()});
}

void MosaicBar::refresh() {
  setVisible(state_.mosaic().has_value() && state_.has_image());
  if (!state_.mosaic()) {
    return;
  }
  const QSignalBlocker quiet_columns(columns_), quiet_rows(rows_), quiet_spacing(spacing_);
  plane_->setCurrentIndex(state_.mosaic()->axis);
  columns_->setValue(state_.mosaic()->columns);
  rows_->setValue(state_.mosaic()->rows);
  spacing_->setValue(state_.mosaic()->spacing_mm);
}

}  // namespace coincide::gui
