#include "gui/panels/value_line.h"

#include "gui/model/values_at.h"

namespace coincide::gui {

ValueLine::ValueLine(ViewState& state, QWidget* parent) : QLabel(parent), state_(state) {
  setObjectName("value_line");
  setTextFormat(Qt::PlainText);
  setTextInteractionFlags(Qt::TextSelectableByMouse);
  setToolTip(tr("Voxel, place in scanner axes and value under the pointer; else under the crosshair"));
  follows_state_ = state.listen([this] { refresh(); });
  refresh();
}

void ValueLine::set_pointer(const std::optional<std::array<double, 3>>& point_mm) {
  pointer_mm_ = point_mm;
  refresh();
}

void ValueLine::refresh() {
  setText(QString::fromStdString(state_.has_image() ? values_text(state_, pointer_mm_.value_or(state_.cursor_mm()))
                                                    : std::string()));
}

}  // namespace coincide::gui
