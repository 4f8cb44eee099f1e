#pragma once

#include <QWidget>
#include <optional>

#include "gui/model/values_at.h"
#include "gui/model/view_state.h"
#include "gui/viewer/slice_drawing.h"
#include "gui/viewer/view_gestures.h"

namespace coincide::gui {

/// A SliceDrawing on the screen that mouse and keys work in. Mouse: left sets the crosshair, wheel steps through
/// slices, right drag changes the upper end of the window, with Shift both ends, Ctrl + wheel zooms, middle drag moves,
/// Shift + drag draws the profile line, Ctrl + drag moves a region, both turn the slice about the crosshair. While a
/// polygon is drawn: left sets a corner, a double click ends it.
class SliceView : public QWidget {
  Q_OBJECT

 public:
  /// Of a comparison the other image or the combination, both at the voxels of the first.
  SliceView(ViewState& state, int axis, SliceContent content = SliceContent::image, QWidget* parent = nullptr);

  QSize sizeHint() const override { return {320, 320}; }
  /// The one that it is perpendicular to.
  int axis() const { return drawing_.axis(); }
  SliceContent content() const { return drawing_.content(); }
  /// As SliceDrawing::titles().
  QStringList titles() const { return drawing_.titles(); }
  /// All slices have one scale: one of them shows it.
  void set_scale_bar(bool shown);
  /// Takes over what changed in the state.
  void refresh();

 signals:
  /// None when the mouse leaves the image.
  void hovered(const std::optional<PointedAt>& point);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  enum class Drag { none, corner, crosshair, move, upper_end, both_ends, line, region, layer, turn };
  Drag begin_drag(const QMouseEvent& event);
  bool draws() const { return state_.polygon_draft().has_value(); }
  bool is_turned() const { return !state_.turn(axis()).is_none(); }
  void set_crosshair(const std::array<double, 3>& point_mm);
  void step(int along, int steps);
  void drag_turn(const QPointF& moved);
  void drag_region(const std::array<double, 3>& to);
  ViewState::Step next_step();
  std::optional<std::size_t> region_at(const std::array<double, 3>& point_mm) const;
  void tell_hover();

  ViewState& state_;
  SliceDrawing drawing_;
  recon::SliceAxes axes_;
  QPointF hover_{-1, -1};  ///< where the mouse is; outside: not here
  Drag drag_ = Drag::none;
  QPointF last_position_;
  std::array<double, 3> drag_start_mm_{};
  std::size_t dragged_region_ = 0;
  bool drags_on_ = false;  ///< the region or layer has been moved since the button went down
  WheelSteps wheel_;
};

}  // namespace coincide::gui
