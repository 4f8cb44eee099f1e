#pragma once

#include <QComboBox>

namespace coincide::gui {

/// A list of names to choose from, which is set anew whenever something may have changed.
class ChoiceBox : public QComboBox {
  Q_OBJECT

 public:
  using QComboBox::QComboBox;
  /// Tells nobody. A list that is open stays so, if its names are the same.
  void set_choices(const QStringList& names, int shown);
  /// Where it adjusts to its contents: to the name that is shown, not to the longest there is.
  QSize sizeHint() const override;

 protected:
  /// A name that has not room gives up its end, not the number of the run.
  void paintEvent(QPaintEvent* event) override;
};

}  // namespace coincide::gui
