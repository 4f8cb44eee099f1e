#pragma once

#include <QImage>
#include <QWidget>
#include <vector>

#include "gui/model/detector_map.h"

namespace coincide::gui {

/// The unrolled detector as a picture in true proportions, cut into strips below each other where the view is narrow:
/// counts per crystal, dark for dead ones. A click chooses a crystal.
class DetectorMapView : public QWidget {
  Q_OBJECT

 public:
  explicit DetectorMapView(QWidget* parent = nullptr);

  void show_map(DetectorMap map);
  QSize sizeHint() const override { return {300, 200}; }
  /// -1: none there.
  std::int32_t crystal_at(const QPointF& position) const;

 signals:
  void crystal_chosen(int crystal);
  /// Crystal, place and counts under the mouse; empty when it leaves.
  void hovered(const QString& text);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  /// A part of the way around, and where it is drawn.
  struct Strip {
    std::int64_t first_column, columns;
    QRectF place;
  };
  QRect map_rect() const;
  void draw_bar(QPainter& painter) const;
  std::vector<Strip> strips() const;
  /// In that many, as large as they fit.
  std::vector<Strip> cut(int count) const;
  /// Of the map's arrays; -1 beside it.
  std::int64_t pixel_at(const QPointF& position) const;

  DetectorMap map_;
  float most_ = 1;  ///< counts of the last colour
  QImage picture_;
};

}  // namespace coincide::gui
