#include "gui/panels/value_box.h"

#include <QPainter>
#include <cmath>

#include "gui/viewer/qt_colours.h"

namespace coincide::gui {
namespace {

constexpr double largest_value = 1e9;

QIcon gradient_icon(const ColourMap& map, const QSize& size, double pixel_ratio) {
  QPixmap picture(size * pixel_ratio);
  QPainter painter(&picture);
  painter.fillRect(picture.rect(), qt_gradient(map, {0, 0}, QPointF(picture.width(), 0)));
  painter.end();
  picture.setDevicePixelRatio(pixel_ratio);
  return picture;
}

}  // namespace

ValueBox::ValueBox() {
  setDecimals(12);
  setRange(-largest_value, largest_value);
  setKeyboardTracking(false);
  setAccelerated(true);
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

/// 1, 2 or 5 times a power of ten.
void ValueBox::set_step_for(double width) {
  const double step = width / 50;
  const double power = std::pow(10, std::floor(std::log10(step)));
  const double first_digit = step / power;
  setSingleStep(power * (first_digit < 2 ? 1 : first_digit < 5 ? 2 : 5));
}

QString ValueBox::textFromValue(double value) const { return QString::number(value, 'g', 6); }

double ValueBox::valueFromText(const QString& text) const { return text.trimmed().toDouble(); }

QValidator::State ValueBox::validate(QString& text, int&) const {
  bool ok = false;
  const double value = text.trimmed().toDouble(&ok);
  return ok && std::abs(value) <= largest_value ? QValidator::Acceptable : QValidator::Intermediate;
}

QSize ValueBox::sizeHint() const {
  return {fontMetrics().horizontalAdvance("-1.23456e+08") + 2 * fontMetrics().height(),
          QDoubleSpinBox::sizeHint().height()};
}

/// Else that of the longest number it could hold.
QSize ValueBox::minimumSizeHint() const {
  return {fontMetrics().horizontalAdvance("123456") + fontMetrics().height(), sizeHint().height()};
}

QComboBox* make_colour_map_box(const QWidget& owner) {
  auto* box = new QComboBox;
  const QSize size(4 * owner.fontMetrics().height(), owner.fontMetrics().height());
  box->setIconSize(size);
  box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  box->setMinimumContentsLength(3);  // of the name; the colours say it
  for (const ColourMap& map : colour_maps()) {
    box->addItem(gradient_icon(map, size, owner.devicePixelRatioF()), QString::fromStdString(map.name));
  }
  box->setToolTip(QObject::tr("Colours of the values"));
  return box;
}

}  // namespace coincide::gui
