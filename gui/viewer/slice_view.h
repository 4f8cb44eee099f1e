#pragma once

#include <QImage>
#include <QWidget>
#include <optional>
#include <vector>

#include "gui/model/roi.h"
#include "gui/model/view_state.h"
#include "gui/viewer/layer_picture.h"
#include "gui/viewer/slice_overlay.h"
#include "gui/viewer/slice_projection.h"

namespace coincide::gui {

/// One slice of the image with its layers, crosshair, regions and profile line. `axis` is the one that the slice is
/// perpendicular to; recon::slice_axes() tells how it lies. Drawn by Qt alone: needs no OpenGL. Mouse: left sets the
/// crosshair, wheel steps through slices, right drag changes the upper end of the window, with Shift both ends, Ctrl +
/// wheel zooms, middle drag moves, Shift + drag draws the profile line, Ctrl + drag moves a region.
class SliceView : public QWidget {
  Q_OBJECT

 public:
  /// Of a comparison the other image or the combination, both at the voxels of the first.
  SliceView(ViewState& state, int axis, SliceContent content = SliceContent::image, QWidget* parent = nullptr);

  QSize sizeHint() const override { return {320, 320}; }
  /// The one that it is perpendicular to.
  int axis() const { return axis_; }
  SliceContent content() const { return content_; }
  /// All slices have one scale: one of them shows it.
  void set_scale_bar(bool shown);
  /// It is shown unless that is turned off.
  void set_crosshair(bool shown);
  /// Pixels per point that it is drawn with: as many points of layers are looked up. 1 on a screen.
  void set_detail(double pixels_per_point);
  /// Takes over what changed in the state.
  void refresh();
  /// What is on the screen, at the origin.
  void paint(QPainter& painter) const;

 signals:
  /// Where the mouse is in scanner axes, in mm; none when it leaves the image.
  void hovered(const std::optional<std::array<double, 3>>& point_mm);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  enum class Drag { none, crosshair, move, upper_end, both_ends, line, region };
  SliceProjection projection() const;
  QRectF image_rect() const;
  std::array<double, 3> to_mm(const QPointF& position) const {
    return projection().to_mm(position, state_.cursor_mm());
  }

  void make_picture();
  QString title() const;
  QColor ground() const;
  void draw_overlay(QPainter& painter) const;
  Drag begin_drag(const QMouseEvent& event);
  void drag_upper_end(const QPointF& moved);
  void drag_both_ends(const QPointF& moved);
  void move_camera(const QPointF& moved);
  void zoom(double factor, const QPointF& about);
  void drag_region(const std::array<double, 3>& to);
  std::optional<std::size_t> region_at(const std::array<double, 3>& point_mm) const;
  void tell_hover();

  ViewState& state_;
  int axis_;
  SliceContent content_;
  recon::SliceAxes axes_;
  QPointF hover_{-1, -1};  ///< where the mouse is; outside: not here
  Drag drag_ = Drag::none;
  QPointF last_position_;
  std::array<double, 3> drag_start_mm_{};
  std::size_t dragged_region_ = 0;
  bool drags_on_ = false;  ///< the region has been moved since the button went down
  int wheel_rest_ = 0;
  QImage picture_;
  bool has_scale_bar_ = false, has_crosshair_ = true;
  double detail_ = 1;
  std::vector<SliceOutline> outlines_;
  std::vector<LayerPicture> layers_;  ///< those that are shown
};

}  // namespace coincide::gui
