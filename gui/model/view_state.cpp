#include "gui/model/view_state.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "gui/model/colour_maps.h"
#include "gui/model/roi_colours.h"
#include "gui/model/value_window.h"

namespace coincide::gui {

void ViewState::show(Subject subject, std::shared_ptr<const recon::Image> image) {
  const bool had_image = has_image();
  subject_ = std::move(subject);
  measured_ = std::move(image);
  image_ = measured_;
  combined_scale_.reset();
  found_rois_.reset();
  const bool other_data = look_.choose(subject_.data);
  if (other_data) {
    polygon_draft_.reset();
    dragged_layer_.reset();
  }
  if (has_image()) {
    if (const recon::ImageGrid& grid = image_->grid; look_->grid != grid) {
      look_->grid = grid;
      look_->cursor = {grid.shape[0] / 2, grid.shape[1] / 2, grid.shape[2] / 2};
      look_->cursor_mm.reset();
      look_->camera = camera_on(grid);
    }
    const bool is_new = other_data || !had_image;
    const bool other_unit = look_->unit != measured_->unit;
    look_->unit = measured_->unit;
    take_units();
    if (other_unit || (is_new && look_->window_is_automatic)) {
      auto_window();
      return;
    }
  }
  listeners_.call();
}

void ViewState::show_as(const ViewState& other) {
  subject_ = other.subject_;
  image_ = other.image_;
  measured_ = other.measured_;
  suv_ = other.suv_;
  units_ = other.units_;
  scale_ = other.scale_;
  frames_ = other.frames_;
  comparison_ = other.comparison_;
  combined_scale_ = other.combined_scale_;
  found_rois_ = other.found_rois_;
  look_.choose(subject_.data);
  *look_ = *other.look_;
  colour_map_ = other.colour_map_;
  smooth_ = other.smooth_;
  slab_ = other.slab_;
  mosaic_ = other.mosaic_;
  orientation_ = other.orientation_;
  fit_ = other.fit_;
  listeners_.call();
}

void ViewState::set_look(const std::string& data, Look look) {
  give_colours(look.rois);
  number_layers(look.layers);
  look_.put(data, std::move(look));
  found_rois_.reset();
  if (has_image()) {
    scale_look();
  }
  listeners_.call();
}

void ViewState::set_units(const UnitChoice& choice) {
  units_ = choice;
  if (has_image()) {
    take_units();
  }
  listeners_.call();
}

void ViewState::take_units() {
  scale_ = scale_of(*measured_, suv_, units_);
  image_ = in_scale(measured_, scale_);
  scale_look();
  scale_other();
  found_rois_.reset();
}

void ViewState::scale_other() {
  if (comparison_ && comparison_->measured) {
    comparison_->other.image =
        in_scale(comparison_->measured, scale_of(*comparison_->measured, comparison_->suv, units_));
  }
  combined_scale_.reset();
}

void ViewState::scale_look() {
  const double ratio = scale_.factor / look_->factor;
  if (ratio == 1) {
    return;
  }
  look_->factor = scale_.factor;
  look_->low *= ratio;
  look_->high *= ratio;
  look_->rois = in_scale(std::move(look_->rois), ratio);
  for (std::vector<Marks>* steps : {&look_->undo, &look_->redo}) {
    for (Marks& step : *steps) {
      step.rois = in_scale(std::move(step.rois), ratio);
    }
  }
}

std::string ViewState::caption() const { return gui::caption(subject_, has_image() ? image_->unit : ""); }

void ViewState::set_cursor(const std::array<std::int64_t, 3>& voxel) {
  if (!has_image()) {
    return;
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    look_->cursor[axis] = std::clamp<std::int64_t>(voxel[axis], 0, image_->grid.shape[axis] - 1);
  }
  look_->cursor_mm.reset();
  listeners_.call();
}

void ViewState::set_cursor_mm(const std::array<double, 3>& point_mm) {
  if (!has_image()) {
    return;
  }
  look_->cursor = voxel_at(point_mm);
  const std::array<double, 3> middle = middle_mm(look_->cursor);
  std::array<double, 3>& exact = look_->cursor_mm.emplace();
  for (std::size_t axis = 0; axis < 3; ++axis) {  // no further than the faces of the image
    const double half = 0.5 * image_->grid.voxel_size_mm[axis];
    exact[axis] = std::clamp(point_mm[axis], middle[axis] - half, middle[axis] + half);
  }
  listeners_.call();
}

void ViewState::move_cursor(int axis, std::int64_t steps) {
  std::array<std::int64_t, 3> voxel = look_->cursor;
  voxel.at(static_cast<std::size_t>(axis)) += steps;
  set_cursor(voxel);
}

std::array<double, 3> ViewState::middle_mm(const std::array<std::int64_t, 3>& voxel) const {
  std::array<double, 3> point{};
  if (has_image()) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      point[axis] = image_->grid.origin_mm[axis] +
                    static_cast<double>(voxel[axis]) * static_cast<double>(image_->grid.voxel_size_mm[axis]);
    }
  }
  return point;
}

std::array<std::int64_t, 3> ViewState::voxel_at(const std::array<double, 3>& point_mm) const {
  std::array<std::int64_t, 3> voxel{};
  if (has_image()) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double index = (point_mm[axis] - image_->grid.origin_mm[axis]) / image_->grid.voxel_size_mm[axis];
      const auto last = static_cast<double>(image_->grid.shape[axis] - 1);
      voxel[axis] = static_cast<std::int64_t>(std::clamp(std::round(index), 0.0, last));
    }
  }
  return voxel;
}

bool ViewState::is_in_image(const std::array<double, 3>& point_mm) const {
  bool is_inside = has_image();
  for (std::size_t axis = 0; axis < 3 && is_inside; ++axis) {
    const double index = (point_mm[axis] - image_->grid.origin_mm[axis]) / image_->grid.voxel_size_mm[axis];
    is_inside = index >= -0.5 && index <= static_cast<double>(image_->grid.shape[axis]) - 0.5;
  }
  return is_inside;
}

void ViewState::set_camera(const Camera& camera) {
  look_->camera = camera;
  listeners_.call();
}

void ViewState::reset_camera() {
  if (has_image()) {
    set_camera(camera_on(image_->grid));
  }
}

void ViewState::set_turn(int axis, const Turn& turn) {
  constexpr double most = 90;
  look_->turns.at(static_cast<std::size_t>(axis)) = {.tilt_degrees = std::clamp(turn.tilt_degrees, -most, most),
                                                     .swivel_degrees = std::clamp(turn.swivel_degrees, -most, most)};
  listeners_.call();
}

bool ViewState::is_any_turned() const {
  return std::ranges::any_of(look_->turns, [](const Turn& turn) { return !turn.is_none(); });
}

void ViewState::straighten() {
  look_->turns = {};
  listeners_.call();
}

void ViewState::set_fit(double pixels_per_mm) {
  if (fit_ != pixels_per_mm) {  // or it would be heard for ever by those who find it
    fit_ = pixels_per_mm;
    listeners_.call();
  }
}

float ViewState::cursor_value() const {
  return has_image() ? image_->at(look_->cursor[0], look_->cursor[1], look_->cursor[2]) : 0;
}

void ViewState::set_window(double low, double high) {
  if (!std::isfinite(low) || !std::isfinite(high) || low >= high) {
    return;
  }
  look_->low = low;
  look_->high = high;
  look_->window_is_automatic = false;
  listeners_.call();
}

void ViewState::auto_window() {
  ValueWindow window = has_image() ? automatic_window(image_->values) : ValueWindow{};
  for (const std::shared_ptr<const recon::Image>& frame : frames_) {
    if (frame->frame_duration_s > 0) {  // else it may be another quantity, as of a series of parameters
      window.high = std::max(window.high, scale_.factor * automatic_window(frame->values).high);
    }
  }
  look_->low = window.low;
  look_->high = window.high;
  look_->window_is_automatic = true;
  listeners_.call();
}

void ViewState::set_colour_map(const std::string& name) {
  colour_map_ = find_colour_map(name).name;
  listeners_.call();
}

void ViewState::set_smooth(bool smooth) {
  smooth_ = smooth;
  listeners_.call();
}

void ViewState::set_slab(const Slab& slab) {
  slab_ = slab;
  listeners_.call();
}

void ViewState::set_mosaic(const std::optional<Mosaic>& mosaic) {
  mosaic_ = mosaic;
  listeners_.call();
}

void ViewState::set_orientation(Orientation orientation) {
  orientation_ = orientation;
  listeners_.call();
}

void ViewState::set_profile_line(const std::optional<ProfileLine>& line) {
  look_->profile_line = line;
  listeners_.call();
}

void ViewState::set_comparison(std::optional<Comparison> comparison) {
  comparison_ = std::move(comparison);
  scale_other();
  listeners_.call();
}

ColourScale ViewState::colour_scale(SliceContent content) const {
  ColourScale of_image{.colour_map = colour_map_,
                       .window = {.low = window_low(), .high = window_high()},
                       .unit = has_image() ? image_->unit : std::string()};
  const bool is_own = comparison_ && (comparison_->combination == Combination::difference ||
                                      comparison_->combination == Combination::ratio);
  if (content != SliceContent::combined || !is_own || !has_image()) {
    return of_image;
  }
  if (!combined_scale_) {
    combined_scale_ = combined_scale(*comparison_, *image_, of_image);
  }
  return *combined_scale_;
}

const std::vector<Roi>& ViewState::found_rois() const {
  if (!found_rois_) {
    found_rois_ = look_->rois;
    for (Roi& roi : *found_rois_) {
      roi = has_image() ? found_in(roi, image_->grid, image_->values) : roi;
    }
  }
  return *found_rois_;
}

}  // namespace coincide::gui
