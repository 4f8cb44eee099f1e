#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gui/model/activity_chart.h"
#include "gui/model/camera.h"
#include "gui/model/comparison.h"
#include "gui/model/layer.h"
#include "gui/model/listeners.h"
#include "gui/model/mosaic.h"
#include "gui/model/per_data.h"
#include "gui/model/polygon_draft.h"
#include "gui/model/profile.h"
#include "gui/model/roi.h"
#include "gui/model/slab.h"
#include "gui/model/slice_plane.h"
#include "gui/model/subject.h"
#include "gui/model/value_scale.h"
#include "recon/image.h"

namespace coincide::gui {

/// What the viewer shows: image, crosshair, window and colours. The three slices, the 3-D view and the panels beside
/// them all look at one of these. Crosshair, camera, window, layers, regions and profile line belong to the data that
/// the image is of: where other data are shown they are others, and they come back with theirs. Knows no Qt.
class ViewState {
 public:
  /// Shows an image, and says what it is; null: there is none of that yet. An image of another grid centres
  /// crosshair and camera; one of another unit, or one that none was shown before, sets the window by itself unless
  /// somebody has set it: a live image does not flicker.
  void show(Subject subject, std::shared_ptr<const recon::Image> image);
  const Subject& subject() const { return subject_; }
  /// Subject and unit in one line.
  std::string caption() const;
  /// Those that the image is one of, as they were handed in; empty where there is one alone.
  const Frames& frames() const { return frames_; }
  /// To be called before show(), which tells of both.
  void set_frames(Frames frames) { frames_ = std::move(frames); }
  /// Likewise: what makes SUV of the image's values, or why that is not known.
  void set_suv(recon::SuvFactor suv) { suv_ = std::move(suv); }
  const recon::SuvFactor& suv() const { return suv_; }
  /// Values, window, thresholds and the other image of a comparison are shown in these units from now on.
  void set_units(const UnitChoice& choice);
  const UnitChoice& units() const { return units_; }
  /// What measured_image() is multiplied by to be image().
  const ValueScale& scale() const { return scale_; }
  /// The same image as the other one, looked at in the same way.
  void show_as(const ViewState& other);
  /// Another image of the same subject.
  void set_image(std::shared_ptr<const recon::Image> image) { show(subject_, std::move(image)); }
  /// As it is shown, in the unit of scale(); as it was handed in: measured_image().
  const std::shared_ptr<const recon::Image>& image() const { return image_; }
  const std::shared_ptr<const recon::Image>& measured_image() const { return measured_; }
  bool has_image() const { return image_ != nullptr && !image_->values.empty(); }

  /// Voxel indices; kept inside the image.
  const std::array<std::int64_t, 3>& cursor() const { return look_->cursor; }
  void set_cursor(const std::array<std::int64_t, 3>& voxel);
  void move_cursor(int axis, std::int64_t steps);
  /// Where exactly it was set, else the middle of its voxel.
  std::array<double, 3> cursor_mm() const { return look_->cursor_mm.value_or(middle_mm(look_->cursor)); }
  /// Between the voxels, too, as a slice that is turned has it.
  void set_cursor_mm(const std::array<double, 3>& point_mm);
  /// Of a voxel; 0, 0, 0 without an image.
  std::array<double, 3> middle_mm(const std::array<std::int64_t, 3>& voxel) const;
  /// Nearest voxel to a point in mm, kept inside the image.
  std::array<std::int64_t, 3> voxel_at(const std::array<double, 3>& point_mm) const;
  /// Its faces belong to it.
  bool is_in_image(const std::array<double, 3>& point_mm) const;
  /// Of the voxel under the crosshair; 0 without an image.
  float cursor_value() const;

  /// Slices and 3-D view have one scale and one point in the middle.
  const Camera& camera() const { return look_->camera; }
  void set_camera(const Camera& camera);
  void reset_camera();
  /// Of the 3-D view of the image. Nobody is told when it is kept: no other view shows it.
  const Sight& sight() const { return look_->sight; }
  void keep_sight(const Sight& sight) { look_->sight = sight; }
  /// How the slice that `axis` stands on is turned about the crosshair; not at all in a mosaic.
  Turn turn(int axis) const { return mosaic_ ? Turn{} : look_->turns[static_cast<std::size_t>(axis)]; }
  /// At most 90 degrees to each side.
  void set_turn(int axis, const Turn& turn);
  bool is_any_turned() const;
  /// None is turned any more.
  void straighten();
  /// What the views have room for: fitting_scale() of them.
  void set_fit(double pixels_per_mm);
  double pixels_per_mm() const { return fit_ * look_->camera.zoom; }

  /// Values shown by the first and the last colour; low < high.
  double window_low() const { return look_->low; }
  double window_high() const { return look_->high; }
  /// Takes no window that is empty, turned round or not finite.
  void set_window(double low, double high);
  /// 0 to the 99.9th percentile of the positive values, of several frames in time the largest one; 0 to 1 where there
  /// are none.
  void auto_window();
  /// Nobody has set the window since it was last found by auto_window().
  bool window_is_automatic() const { return look_->window_is_automatic; }

  /// A name of colour_maps(). Setting another throws InputError.
  const std::string& colour_map() const { return colour_map_; }
  void set_colour_map(const std::string& name);
  bool smooth() const { return smooth_; }
  void set_smooth(bool smooth);
  /// How thick slices are; of all views.
  const Slab& slab() const { return slab_; }
  void set_slab(const Slab& slab);
  /// Many slices in place of three; none: the usual views.
  const std::optional<Mosaic>& mosaic() const { return mosaic_; }
  void set_mosaic(const std::optional<Mosaic>& mosaic);
  /// As radiologists look at a patient: x, his left, to the right. As neurologists do: x to the left.
  enum class Orientation { radiological, neurological };
  Orientation orientation() const { return orientation_; }
  void set_orientation(Orientation orientation);

  /// The regions of interest that are drawn and measured.
  const std::vector<Roi>& rois() const { return look_->rois; }
  /// What they are in the image: recon::found_in().
  const std::vector<Roi>& found_rois() const;
  /// A new step can be taken back by itself; the same one together with what was set before.
  enum class Step { new_one, same_one };
  void set_rois(std::vector<Roi> rois, Step step = Step::new_one);
  /// What the regions were, and where the layers lay. Of layers that are there no more nothing is taken back.
  bool can_undo() const { return has_step(look_->undo); }
  bool can_redo() const { return has_step(look_->redo); }
  std::size_t undo_steps() const { return look_->undo.size(); }
  /// Nothing if there is nothing to be taken back, or done again.
  void undo() { go_back(look_->undo, look_->redo); }
  void redo() { go_back(look_->redo, look_->undo); }

  /// The region that is being drawn, if any; it is given up when other data are shown.
  const std::optional<PolygonDraft>& polygon_draft() const { return polygon_draft_; }
  /// Begins one, or gives it up.
  void draw_polygon(bool on);
  /// In the slice of the first one; others do not count.
  void add_corner(int axis, const std::array<double, 3>& place_mm);
  void remove_last_corner();
  /// A region of it, as thick as the slice or slab that is shown. Throws InputError where it encloses nothing; it can
  /// be gone on with then.
  void finish_polygon();

  /// Images over the one that is shown, the last one on top.
  const std::vector<Layer>& layers() const { return look_->layers; }
  /// A step if one of them lies elsewhere now.
  void set_layers(std::vector<Layer> layers);
  /// The layer that the mouse moves in the slices, if any; none any more when other data are shown.
  const std::optional<std::size_t>& dragged_layer() const { return dragged_layer_; }
  void drag_layer(std::optional<std::size_t> layer);
  void shift_dragged_layer(const std::array<double, 3>& by_mm, Step step = Step::new_one);

  /// The other image that it is compared with, if any. It stays while other data are shown.
  const std::optional<Comparison>& comparison() const { return comparison_; }
  void set_comparison(std::optional<Comparison> comparison);
  /// The colours of slices of that content.
  ColourScale colour_scale(SliceContent content) const;

  /// The line drawn in a slice along which values are shown.
  const std::optional<ProfileLine>& profile_line() const { return look_->profile_line; }
  void set_profile_line(const std::optional<ProfileLine>& line);

  /// What can be taken back.
  struct Marks {
    std::vector<Roi> rois;
    std::map<int, recon::Registration> places;  ///< of the layers, by their numbers
    bool operator==(const Marks&) const = default;
  };
  /// How some data are looked at.
  struct Look {
    recon::ImageGrid grid;  ///< and unit of the last image: what crosshair and window are for
    std::string unit;
    double factor = 1;  ///< that window and thresholds are for: of scale()
    std::array<std::int64_t, 3> cursor{};
    std::optional<std::array<double, 3>> cursor_mm;  ///< where exactly; none: in the middle of that voxel
    std::array<Turn, 3> turns;                       ///< of the slices, by the axis that they are perpendicular to
    Camera camera;
    Sight sight;
    double low = 0, high = 1;
    bool window_is_automatic = true;
    std::vector<Roi> rois;
    std::vector<Marks> undo, redo;  ///< before and after, the nearest last
    std::vector<Layer> layers;
    std::optional<ProfileLine> profile_line;
  };
  /// Of all data that have been shown.
  const std::map<std::string, Look>& looks() const { return look_.all(); }
  /// The next image of those data is looked at in that way.
  void set_look(const std::string& data, Look look);

  /// The listener is called after every change, as long as the subscription is kept.
  [[nodiscard]] Subscription listen(std::function<void()> listener) { return listeners_.add(std::move(listener)); }

 private:
  /// Those that have none.
  void number_layers(std::vector<Layer>& layers);
  Marks marks() const;
  /// Those that would come of others: of the layers that there are.
  Marks marks_from(const Marks& others) const;
  /// What is there now can be gone back to.
  void keep_step();
  bool has_step(const std::vector<Marks>& steps) const;
  /// Goes to the nearest of `from` that is another, and leaves what was there on `to`.
  void go_back(std::vector<Marks>& from, std::vector<Marks>& to);
  /// Brings everything into the units that are wanted.
  void take_units();
  void scale_look();
  void scale_other();
  Subject subject_;
  std::shared_ptr<const recon::Image> image_, measured_;
  recon::SuvFactor suv_;
  UnitChoice units_;
  ValueScale scale_;
  Frames frames_;
  std::optional<Comparison> comparison_;
  mutable std::optional<std::vector<Roi>> found_rois_;
  mutable std::optional<ColourScale> combined_scale_;  ///< that of a difference takes a while to be found
  PerData<Look> look_;
  std::string colour_map_ = "grey, inverted";
  bool smooth_ = false;
  Slab slab_;
  std::optional<Mosaic> mosaic_;
  std::optional<PolygonDraft> polygon_draft_;
  std::optional<std::size_t> dragged_layer_;
  int last_layer_ = 0;  ///< the greatest number of one
  Orientation orientation_ = Orientation::radiological;
  double fit_ = 1;
  Listeners listeners_;
};

}  // namespace coincide::gui
