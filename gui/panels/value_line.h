#pragma once

#include <QLabel>
#include <optional>

#include "gui/model/values_at.h"
#include "gui/model/view_state.h"

namespace coincide::gui {

/// Place and value under the pointer, else under the crosshair, in one line. Follows the state by itself.
class ValueLine : public QLabel {
  Q_OBJECT

 public:
  explicit ValueLine(ViewState& state, QWidget* parent = nullptr);
  /// None: it is in no slice.
  void set_pointer(const std::optional<PointedAt>& point);
  QSize minimumSizeHint() const override { return {0, QLabel::minimumSizeHint().height()}; }

 private:
  void refresh();

  ViewState& state_;
  std::optional<PointedAt> pointer_;
  Subscription follows_state_;
};

}  // namespace coincide::gui
