#include <algorithm>

#include "gui/model/translated.h"
#include "gui/model/view_state.h"

namespace coincide::gui {

void ViewState::draw_polygon(bool on) {
  if (polygon_draft_.has_value() != on) {
    polygon_draft_ = on ? std::optional(PolygonDraft{}) : std::nullopt;
    listeners_.call();
  }
}

void ViewState::add_corner(int axis, const std::array<double, 3>& place_mm) {
  if (!polygon_draft_ || axis != polygon_draft_->axis.value_or(axis)) {
    return;
  }
  polygon_draft_->axis = axis;
  polygon_draft_->corners_mm.push_back(place_mm);
  listeners_.call();
}

void ViewState::remove_last_corner() {
  if (polygon_draft_ && !polygon_draft_->corners_mm.empty()) {
    polygon_draft_->corners_mm.pop_back();
    if (polygon_draft_->corners_mm.empty()) {
      polygon_draft_->axis.reset();
    }
    listeners_.call();
  }
}

void ViewState::finish_polygon() {
  if (!polygon_draft_ || !has_image()) {
    return;
  }
  const int axis = polygon_draft_->axis.value_or(2);
  const auto planes = static_cast<double>(2 * slab_reach(image_->grid, axis, slab_) + 1);
  std::vector<Roi> rois = look_->rois;
  const auto number = 1 + std::ranges::count(rois, RoiShape::polygon, &Roi::shape);
  rois.push_back(recon::polygon_roi(translated_with("polygon {}", number), axis,
                                    planes * image_->grid.voxel_size_mm[static_cast<std::size_t>(axis)],
                                    polygon_draft_->corners_mm));
  polygon_draft_.reset();
  set_rois(std::move(rois));
}

}  // namespace coincide::gui
