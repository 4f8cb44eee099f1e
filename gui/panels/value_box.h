#pragma once

#include <QComboBox>
#include <QDoubleSpinBox>

namespace coincide::gui {

/// Numbers of any size: "0.0961", "25000", "1.5e+06".
class ValueBox : public QDoubleSpinBox {
 public:
  ValueBox();
  /// Steps are round and near a fiftieth of that.
  void set_step_for(double width);

 protected:
  QString textFromValue(double value) const override;
  double valueFromText(const QString& text) const override;
  QValidator::State validate(QString& text, int& position) const override;
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;
};

/// All colour maps by name, with their colours; as large as `owner`'s font wants it.
QComboBox* make_colour_map_box(const QWidget& owner);

}  // namespace coincide::gui
