#include "gui/panels/value_line.h"

namespace coincide::gui {

ValueLine::ValueLine(ViewState& state, QWidget* parent) : QLabel(parent), state_(state) {
  setObjectName("value_line");
  setTextFormat(Qt::PlainText);
  setTextInteractionFlags(Qt::TextSelectableByMouse);
  setToolTip(tr("Voxel, place in scanner axes and value under the pointer; else under the crosshair"));
  follows_state_ = state.listen([this] { refresh(); });
  refresh();
}

void ValueLine::set_pointer(const std::optional<PointedAt>& point) {
  pointer_ = point;
  refresh();
}

void ValueLine::refresh() {
  const PointedAt crosshair{.mm = state_.cursor_mm(), .axis = {}};
  setText(
      QString::fromStdString(state_.has_image() ? values_text(state_, pointer_.value_or(crosshair)) : std::string()));
}

}  // namespace coincide::gui
