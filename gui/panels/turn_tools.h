#pragma once

#include <QWidget>
#include <array>

#include "gui/model/view_state.h"

class QDoubleSpinBox;
class QComboBox;
class QPushButton;

namespace coincide::gui {

/// The angles by which each of the three slices is turned out of the axes. Follows the state by itself.
class TurnTools : public QWidget {
  Q_OBJECT

 public:
  explicit TurnTools(ViewState& state, QWidget* parent = nullptr);
  ~TurnTools() override;

 private:
  int axis() const;
  void lay_out();
  void take();
  void refresh();

  ViewState& state_;
  QComboBox* slice_;
  QDoubleSpinBox *tilt_, *swivel_;
  QPushButton* straighten_;
  Subscription follows_state_;
};

}  // namespace coincide::gui
