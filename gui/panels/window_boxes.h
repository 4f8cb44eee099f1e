#pragma once

#include <QWidget>

#include "gui/model/value_window.h"

namespace coincide::gui {

class ValueBox;

/// The ends of a window of values, to be typed. An end that is moved past the other one takes it along: the width
/// stays.
class WindowBoxes : public QWidget {
  Q_OBJECT

 public:
  /// The boxes are called `prefix` + "low" and "high".
  explicit WindowBoxes(const QString& prefix, QWidget* parent = nullptr);

  void set_window(const ValueWindow& window);

 signals:
  /// By the user.
  void changed(double low, double high);

 private:
  ValueWindow window_;
  ValueBox *low_, *high_;
};

}  // namespace coincide::gui
