#include "gui/panels/view_tools.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>

#include "gui/model/window_presets.h"
#include "gui/panels/form_parts.h"
#include "gui/panels/setting_words.h"
#include "gui/panels/value_box.h"
#include "gui/panels/window_boxes.h"

namespace coincide::gui {

struct ViewTools::Parts {
  explicit Parts(ViewState& view, const QWidget& owner) : state(view), colours(make_colour_map_box(owner)) {}

  void prepare();
  void lay_out(ViewTools& on);
  void refresh();
  void refresh_suv();
  void fill_presets();
  void take_slab();

  ViewState& state;
  WindowBoxes* window = new WindowBoxes("image_");
  QPushButton* automatic = new QPushButton(tr("&Automatic"));
  QPushButton* presets = new QPushButton(tr("&Presets"));
  QMenu presets_menu;
  QComboBox* colours;
  QComboBox* slab = new QComboBox;
  QDoubleSpinBox* thickness = new QDoubleSpinBox;
  QCheckBox* smooth = new QCheckBox(tr("S&mooth"));
  QCheckBox* suv = new QCheckBox(tr("S&UV"));
  Subscription follows_state;
};

void ViewTools::Parts::prepare() {
  automatic->setToolTip(tr("From 0 to the 99.9th percentile"));
  presets->setToolTip(tr("Windows that are usual for values of this unit"));
  presets->setMenu(&presets_menu);
  presets->setObjectName("window_presets");
  colours->setObjectName("image_colours");
  smooth->setToolTip(tr("Interpolates between the voxels"));
  suv->setObjectName("suv");
  slab->addItems({tr("none"), tr("mean"), tr("max")});  // in the order of SlabKind
  slab->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  slab->setMinimumContentsLength(4);
  slab->setObjectName("slab_kind");
  slab->setToolTip(tr("What a slice shows: one layer of voxels, or the mean or the maximum of several"));
  thickness->setRange(0.1, 500);
  thickness->setDecimals(1);
  thickness->setSingleStep(5);
  thickness->setSuffix(" mm");
  thickness->setKeyboardTracking(false);
  thickness->setMinimumWidth(thickness->fontMetrics().horizontalAdvance("20.0 mm") +
                             2 * thickness->fontMetrics().height());  // else that of the longest
  thickness->setObjectName("slab_thickness");
  thickness->setAccessibleName(tr("Thickness of the slab"));
  thickness->setToolTip(tr("Thickness of the slab: the slices whose middles are within it"));
}

void ViewTools::Parts::lay_out(ViewTools& on) {
  auto* grid = new QGridLayout(&on);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setColumnStretch(1, 1);
  grid->setColumnStretch(2, 1);
  grid->addWidget(label_for(tr("&Window"), window), 0, 0);
  grid->addWidget(window, 0, 1, 1, 2);
  auto* buttons = new QHBoxLayout;
  buttons->addWidget(automatic, 1);
  buttons->addWidget(presets, 1);
  grid->addLayout(buttons, 1, 0, 1, 3);
  grid->addWidget(label_for(tr("&Colours"), colours), 2, 0);
  grid->addWidget(colours, 2, 1, 1, 2);
  grid->addWidget(label_for(tr("Sla&b"), slab), 3, 0);
  grid->addWidget(slab, 3, 1);
  grid->addWidget(thickness, 3, 2);
  auto* switches = new QHBoxLayout;
  switches->addWidget(smooth, 1);
  switches->addWidget(suv, 1);
  grid->addLayout(switches, 4, 0, 1, 3);
}

void ViewTools::Parts::refresh() {
  const QSignalBlocker quiet_colours(colours), quiet_smooth(smooth), quiet_thickness(thickness);
  for (QWidget* control :
       std::initializer_list<QWidget*>{window, automatic, presets, colours, slab, thickness, smooth}) {
    control->setEnabled(state.has_image());
  }
  window->set_window({.low = state.window_low(), .high = state.window_high()});
  colours->setCurrentText(QString::fromStdString(state.colour_map()));
  smooth->setChecked(state.smooth());
  slab->setCurrentIndex(static_cast<int>(state.slab().kind));
  thickness->setValue(state.slab().thickness_mm);
  thickness->setEnabled(state.has_image() && state.slab().kind != SlabKind::none);
  refresh_suv();
}

/// Where there is none it says why.
void ViewTools::Parts::refresh_suv() {
  const QSignalBlocker quiet(suv);
  const bool is_suv = state.has_image() && state.measured_image()->unit == "g/mL";
  const bool is_known = state.has_image() && !is_suv && state.suv().factor > 0;
  suv->setEnabled(is_known);
  suv->setChecked(is_suv || (is_known && state.units().in_suv));
  const QString missing = shown_text(state.suv().missing);
  suv->setToolTip(is_suv ? tr("The values are SUV already")
                  : is_known
                      ? tr("Values by what each gram of the body would have, in g/mL, in place of Bq/mL")
                      : tr("SUV is not possible: it needs %1").arg(missing.isEmpty() ? tr("an image") : missing));
}

void ViewTools::Parts::fill_presets() {
  presets_menu.clear();
  for (const WindowPreset& preset : window_presets(*state.image())) {
    presets_menu.addAction(QString::fromStdString(preset.name), &presets_menu,
                           [this, window = preset.window] { state.set_window(window.low, window.high); });
  }
  if (presets_menu.isEmpty()) {
    presets_menu.addAction(tr("All values are alike"))->setEnabled(false);
  }
}

void ViewTools::Parts::take_slab() {
  state.set_slab({.kind = static_cast<SlabKind>(slab->currentIndex()), .thickness_mm = thickness->value()});
}

ViewTools::ViewTools(ViewState& state, QWidget* parent)
    : QWidget(parent), parts_(std::make_unique<Parts>(state, *this)) {
  Parts& parts = *parts_;
  parts.prepare();
  parts.lay_out(*this);
  connect(parts.window, &WindowBoxes::changed, this,
          [this](double low, double high) { parts_->state.set_window(low, high); });
  connect(parts.automatic, &QPushButton::clicked, this, [this] { parts_->state.auto_window(); });
  connect(&parts.presets_menu, &QMenu::aboutToShow, this, [this] { parts_->fill_presets(); });
  connect(parts.colours, &QComboBox::currentTextChanged, this,
          [this](const QString& name) { parts_->state.set_colour_map(name.toStdString()); });
  connect(parts.slab, &QComboBox::activated, this, [this] { parts_->take_slab(); });
  connect(parts.thickness, &QDoubleSpinBox::valueChanged, this, [this] { parts_->take_slab(); });
  connect(parts.smooth, &QCheckBox::toggled, this, [this](bool on) { parts_->state.set_smooth(on); });
  connect(parts.suv, &QCheckBox::toggled, this, [this](bool on) {
    UnitChoice units = parts_->state.units();
    units.in_suv = on;
    parts_->state.set_units(units);
  });
  parts.follows_state = state.listen([this] { parts_->refresh(); });
  parts.refresh();
}

ViewTools::~ViewTools() { hide(); }  // a box that loses the focus hands over its value: to what is still there

}  // namespace coincide::gui
