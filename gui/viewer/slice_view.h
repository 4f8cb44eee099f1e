#pragma once

#include <QImage>
#include <QWidget>
#include <optional>
#include <vector>

#include "gui/model/per_data.h"
#include "gui/model/roi.h"
#include "gui/model/view_state.h"
#include "recon/slice.h"

namespace coincide::gui {

/// One slice of the image with crosshair, regions and profile line. `axis` is the one that the slice is perpendicular
/// to; recon::slice_axes() tells how it lies. Drawn by Qt alone: needs no OpenGL.
/// Mouse: left sets the crosshair, wheel steps through slices, right drag changes the upper end of the window, with
/// Shift both ends, Ctrl + wheel zooms, middle drag moves, Shift + drag draws the profile line, Ctrl + drag moves a
/// region.
class SliceView : public QWidget {
  Q_OBJECT

 public:
  SliceView(ViewState& state, int axis, QWidget* parent = nullptr);

  QSize sizeHint() const override { return {320, 320}; }
  void reset_view();
  /// Takes over what changed in the state.
  void refresh();

 signals:
  /// Position and value under the mouse; empty when it leaves.
  void hovered(const QString& text);

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
  /// screen = zero + (mm - middle) * scale, in the vertical times vertical_sign().
  struct Projection {
    double scale = 1;
    QPointF zero;  ///< where the middle of the image lies
  };
  Projection projection() const;
  QRectF image_rect() const;
  double middle_mm(int axis) const;
  double vertical_sign() const { return axes_.down ? 1 : -1; }  ///< of the axis on the screen, where y runs down
  QPointF to_screen(double right_mm, double vertical_mm) const;
  /// In the plane of the slice.
  std::array<double, 3> to_mm(const QPointF& position) const;

  void make_picture();
  void draw_crosshair(QPainter& painter) const;
  void draw_regions(QPainter& painter) const;
  void draw_line(QPainter& painter) const;
  void draw_letters(QPainter& painter) const;
  Drag begin_drag(const QMouseEvent& event);
  void drag_upper_end(const QPointF& moved);
  void drag_both_ends(const QPointF& moved);
  void drag_region(const std::array<double, 3>& to);
  std::optional<std::size_t> region_at(const std::array<double, 3>& point_mm) const;
  void tell_hover();

  ViewState& state_;
  int axis_;
  recon::SliceAxes axes_;
  struct Camera {
    double zoom = 1;
    QPointF pan;
  };
  PerData<Camera> camera_;
  QPointF hover_{-1, -1};  ///< where the mouse is; outside: not here
  Drag drag_ = Drag::none;
  QPointF last_position_;
  std::array<double, 3> drag_start_mm_{};
  std::size_t dragged_region_ = 0;
  int wheel_rest_ = 0;
  QImage picture_;
  struct Outline {
    QString name;
    std::vector<OutlineSegment> segments;
  };
  std::vector<Outline> outlines_;
};

}  // namespace coincide::gui
