#include <algorithm>
#include <utility>

#include "gui/model/view_state.h"

namespace coincide::gui {

void ViewState::number_layers(std::vector<Layer>& layers) {
  for (Layer& layer : layers) {
    layer.number = layer.number > 0 ? layer.number : ++last_layer_;
  }
}

void ViewState::set_layers(std::vector<Layer> layers) {
  number_layers(layers);
  const bool is_moved = std::ranges::any_of(layers, [this](const Layer& layer) {
    const auto before = std::ranges::find(look_->layers, layer.number, &Layer::number);
    return before != look_->layers.end() && before->place != layer.place;
  });
  if (is_moved) {
    keep_step();
  }
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

void ViewState::shift_dragged_layer(const std::array<double, 3>& by_mm, Step step) {
  if (!dragged_layer_) {
    return;
  }
  if (step == Step::new_one) {
    keep_step();
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    look_->layers[*dragged_layer_].place.shift_mm[axis] += by_mm[axis];
  }
  listeners_.call();
}

}  // namespace coincide::gui
