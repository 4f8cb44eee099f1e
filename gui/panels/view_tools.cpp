#include "gui/panels/view_tools.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QSignalBlocker>
#include <cmath>

#include "gui/model/colour_maps.h"
#include "gui/viewer/qt_colours.h"

namespace coincide::gui {
namespace {

constexpr double largest_value = 1e9;

/// Numbers of any size: "0.0961", "25000", "1.5e+06".
class ValueBox : public QDoubleSpinBox {
 public:
  ValueBox() {
    setDecimals(12);
    setRange(-largest_value, largest_value);
    setKeyboardTracking(false);
    setAccelerated(true);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  }

 protected:
  QString textFromValue(double value) const override { return QString::number(value, 'g', 6); }
  double valueFromText(const QString& text) const override { return text.trimmed().toDouble(); }
  QValidator::State validate(QString& text, int&) const override {
    bool ok = false;
    const double value = text.trimmed().toDouble(&ok);
    return ok && std::abs(value) <= largest_value ? QValidator::Acceptable : QValidator::Intermediate;
  }
  QSize sizeHint() const override {
    return {fontMetrics().horizontalAdvance("-1.23456e+08") + 2 * fontMetrics().height(),
            QDoubleSpinBox::sizeHint().height()};
  }
  // Else that of the longest number it could hold.
  QSize minimumSizeHint() const override {
    return {fontMetrics().horizontalAdvance("123456") + fontMetrics().height(), sizeHint().height()};
  }
};

QIcon gradient_icon(const ColourMap& map, const QSize& size, double pixel_ratio) {
  QPixmap picture(size * pixel_ratio);
  QPainter painter(&picture);
  painter.fillRect(picture.rect(), qt_gradient(map, {0, 0}, QPointF(picture.width(), 0)));
  painter.end();
  picture.setDevicePixelRatio(pixel_ratio);
  return picture;
}

QComboBox* colour_map_box(const QFontMetrics& metrics, double pixel_ratio) {
  auto* box = new QComboBox;
  const QSize size(4 * metrics.height(), metrics.height());
  box->setIconSize(size);
  box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  box->setMinimumContentsLength(3);  // of the name; the colours say it
  for (const ColourMap& map : colour_maps()) {
    box->addItem(gradient_icon(map, size, pixel_ratio), QString::fromStdString(map.name));
  }
  box->setToolTip("Colours of the values");
  return box;
}

/// A step of 1, 2 or 5 times a power of ten, near a fiftieth of the window.
double round_step(double width) {
  const double step = width / 50;
  const double power = std::pow(10, std::floor(std::log10(step)));
  const double first_digit = step / power;
  return power * (first_digit < 2 ? 1 : first_digit < 5 ? 2 : 5);
}

}  // namespace

struct ViewTools::Parts {
  explicit Parts(ViewState& view, const QWidget& owner)
      : state(view), colours(colour_map_box(owner.fontMetrics(), owner.devicePixelRatioF())) {}

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
  const double step = round_step(state.window_high() - state.window_low());
  low->setSingleStep(step);
  high->setSingleStep(step);
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
