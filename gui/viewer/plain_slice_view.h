#pragma once

#include <QImage>
#include <QWidget>

#include "gui/model/view_state.h"

namespace coincide::gui {

/// One slice of the image with the crosshair, drawn by Qt alone. `axis` is the one that the slice is perpendicular to;
/// x and y of the screen are the two others, y of the screen upwards.
class PlainSliceView : public QWidget {
  Q_OBJECT

 public:
  PlainSliceView(ViewState& state, int axis, QWidget* parent = nullptr);

  QSize sizeHint() const override { return {320, 320}; }
  void reset_view();
  /// Takes over what changed in the state.
  void refresh();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;

 private:
  /// mm of the image under a point of the widget is: screen = centre + (mm - middle) * scale + pan.
  struct Projection {
    double scale = 1;
    QPointF zero;  ///< where the middle of the image lies
  };
  Projection projection() const;
  QRectF image_rect() const;
  void make_picture();
  void set_cursor_at(const QPointF& position);
  double middle_mm(int axis) const;

  ViewState& state_;
  int axis_, across_, up_;
  double zoom_ = 1;
  QPointF pan_;
  QPointF last_position_;
  QImage picture_;
};

}  // namespace coincide::gui
