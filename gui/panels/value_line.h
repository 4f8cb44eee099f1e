#pragma once

#include <QLabel>
#include <array>
#include <optional>

#include "gui/model/view_state.h"

namespace coincide::gui {

/// Place and value under the pointer, else under the crosshair, in one line. Follows the state by itself.
class ValueLine : public QLabel {
  Q_OBJECT

 public:
  explicit ValueLine(ViewState& state, QWidget* parent = nullptr);
  /// Where the pointer is in scanner axes, in mm; none: in no slice.
  void set_pointer(const std::optional<std::array<double, 3>>& point_mm);
  QSize minimumSizeHint() const override { return {0, QLabel::minimumSizeHint().height()}; }

 private:
  void refresh();

  ViewState& state_;
  std::optional<std::array<double, 3>> pointer_mm_;
  Subscription follows_state_;
};

}  // namespace coincide::gui
