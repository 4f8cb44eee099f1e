#include <algorithm>
#include <utility>

#include "gui/model/roi_colours.h"
#include "gui/model/view_state.h"

namespace coincide::gui {

void ViewState::set_rois(std::vector<Roi> rois, Step step) {
  give_colours(rois);
  if (rois == look_->rois) {
    return;
  }
  if (step == Step::new_one) {
    keep_step();
  }
  look_->rois = std::move(rois);
  found_rois_.reset();
  listeners_.call();
}

ViewState::Marks ViewState::marks() const {
  Marks marks{.rois = look_->rois, .places = {}};
  for (const Layer& layer : look_->layers) {
    marks.places[layer.number] = layer.place;
  }
  return marks;
}

ViewState::Marks ViewState::marks_from(const Marks& others) const {
  Marks marks{.rois = others.rois, .places = {}};
  for (const Layer& layer : look_->layers) {
    const auto place = others.places.find(layer.number);
    marks.places[layer.number] = place != others.places.end() ? place->second : layer.place;
  }
  return marks;
}

void ViewState::keep_step() {
  constexpr std::size_t most_steps = 100;
  look_->undo.push_back(marks());
  look_->redo.clear();
  if (look_->undo.size() > most_steps) {
    look_->undo.erase(look_->undo.begin());
  }
}

bool ViewState::has_step(const std::vector<Marks>& steps) const {
  return std::any_of(steps.rbegin(), steps.rend(),
                     [this, now = marks()](const Marks& step) { return marks_from(step) != now; });
}

void ViewState::go_back(std::vector<Marks>& from, std::vector<Marks>& to) {
  const Marks before = marks();
  while (!from.empty()) {
    const Marks step = marks_from(from.back());
    from.pop_back();
    if (step == before) {
      continue;  // it was of a layer that has gone
    }
    to.push_back(before);
    look_->rois = step.rois;
    for (Layer& layer : look_->layers) {
      layer.place = step.places.at(layer.number);
    }
    found_rois_.reset();
    listeners_.call();
    return;
  }
}

}  // namespace coincide::gui
