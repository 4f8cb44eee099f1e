#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gui/model/listeners.h"
#include "gui/model/profile.h"
#include "gui/model/roi.h"
#include "recon/image.h"

namespace coincide::gui {

/// What the viewer shows: image, crosshair, window and colours. The three slices, the 3-D view and the panels beside
/// them all look at one of these. Knows no Qt.
class ViewState {
 public:
  /// An image of another grid centres the crosshair; the first one, or of another unit, sets the window by itself, so
  /// that a live image does not flicker.
  void set_image(std::shared_ptr<const recon::Image> image);
  const std::shared_ptr<const recon::Image>& image() const { return image_; }
  bool has_image() const { return image_ != nullptr && !image_->values.empty(); }

  /// Voxel indices; kept inside the image.
  const std::array<std::int64_t, 3>& cursor() const { return cursor_; }
  void set_cursor(const std::array<std::int64_t, 3>& voxel);
  void move_cursor(int axis, std::int64_t steps);
  std::array<double, 3> cursor_mm() const;
  /// Nearest voxel to a point in mm, kept inside the image.
  std::array<std::int64_t, 3> voxel_at(const std::array<double, 3>& point_mm) const;
  /// Of the voxel under the crosshair; 0 without an image.
  float cursor_value() const;

  /// Values shown by the first and the last colour; low < high.
  double window_low() const { return low_; }
  double window_high() const { return high_; }
  /// Takes no window that is empty, turned round or not finite.
  void set_window(double low, double high);
  /// 0 to the 99.9th percentile of the positive values; 0 to 1 where there are none.
  void auto_window();
  /// Nobody has set the window since it was last found by auto_window().
  bool window_is_automatic() const { return window_is_automatic_; }

  /// A name of colour_maps(). Setting another throws InputError.
  const std::string& colour_map() const { return colour_map_; }
  void set_colour_map(const std::string& name);
  bool smooth() const { return smooth_; }
  void set_smooth(bool smooth);

  /// The regions of interest that are drawn and measured.
  const std::vector<Roi>& rois() const { return rois_; }
  void set_rois(std::vector<Roi> rois);

  /// The line drawn in a slice along which values are shown.
  const std::optional<ProfileLine>& profile_line() const { return profile_line_; }
  void set_profile_line(const std::optional<ProfileLine>& line);

  /// The listener is called after every change, as long as the subscription is kept.
  [[nodiscard]] Subscription listen(std::function<void()> listener) { return listeners_.add(std::move(listener)); }

 private:
  std::shared_ptr<const recon::Image> image_;
  std::array<std::int64_t, 3> cursor_{};
  double low_ = 0, high_ = 1;
  bool window_is_automatic_ = true;
  std::string colour_map_ = "grey, inverted";
  bool smooth_ = false;
  std::vector<Roi> rois_;
  std::optional<ProfileLine> profile_line_;
  Listeners listeners_;
};

}  // namespace coincide::gui
