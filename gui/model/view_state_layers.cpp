#include <utility>

#include "gui/model/view_state.h"

namespace coincide::gui {

void ViewState::set_layers(std::vector<Layer> layers) {
  look_->layers = std::move(layers);
  if (dragged_layer_ && *dragged_layer_ >= look_->layers.size()) {
    dragged_layer_.reset();
  }
  listeners_.call();
}

void ViewState::drag_layer(std::optional<std::size_t> layer) {
  if (layer && *layer >= look_->layers.size()) {
    layer.reset();
  }
  if (dragged_layer_ != layer) {
    dragged_layer_ = layer;
    listeners_.call();
  }
}

void ViewState::shift_dragged_layer(const std::array<double, 3>& by_mm) {
  if (!dragged_layer_) {
    return;
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    look_->layers[*dragged_layer_].place.shift_mm[axis] += by_mm[axis];
  }
  listeners_.call();
}

}  // namespace coincide::gui
