#pragma once

#include <QWidget>
#include <cstdint>
#include <optional>
#include <vector>

#include "gui/model/values_at.h"
#include "gui/model/view_state.h"
#include "gui/viewer/slice_drawing.h"
#include "gui/viewer/view_gestures.h"

namespace coincide::gui {

/// The slices of the state's mosaic side by side, all at one scale; that of the crosshair has a frame. Of a comparison
/// what is made of A and B, if anything is. Mouse: left sets the crosshair, wheel steps through slices, right drag
/// changes the upper end of the window, with Shift both ends, Ctrl + wheel zooms, middle drag moves. While a polygon is
/// drawn: left sets a corner, a double click ends it.
class MosaicView : public QWidget {
  Q_OBJECT

 public:
  explicit MosaicView(ViewState& state, QWidget* parent = nullptr);

  /// Of one slice; there is a mosaic.
  QSize tile_size() const;
  SliceContent content() const;
  /// Takes over what changed in the state.
  void refresh();

 signals:
  /// As SliceView's.
  void hovered(const std::optional<PointedAt>& point);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  struct Tile {
    QPoint corner;
    SliceDrawing drawing;
  };
  /// Null: there is none at that place of the view.
  const Tile* tile_at(const QPointF& place) const;
  void step(std::int64_t slices);
  void zoom(double factor, const QPointF& about);

  ViewState& state_;
  std::vector<Tile> tiles_;
  std::size_t current_ = 0;  ///< that of the crosshair
  QPointF last_position_;
  WheelSteps wheel_;
};

}  // namespace coincide::gui
