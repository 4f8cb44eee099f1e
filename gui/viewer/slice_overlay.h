#pragma once

#include <QLineF>
#include <QList>
#include <QPainter>
#include <QString>
#include <vector>

#include "gui/model/profile.h"
#include "gui/viewer/slice_projection.h"

namespace coincide::gui {

/// Of names of axes, to be read on that ground.
QColor letter_colour(const QColor& ground);

/// The border of a region in a slice.
struct SliceOutline {
  QString name;
  QColor colour;
  QList<QLineF> lines;  ///< on the view
};

/// What stands over a slice, in colours that can be read on its ground.
class SliceOverlay {
 public:
  /// Draws into a view of that size. All three outlive this.
  SliceOverlay(QPainter& painter, const SliceProjection& projection, const QRect& view, const QColor& ground);

  /// Two lines through the point, in those directions.
  void crosshair(const std::array<double, 3>& at_mm, const std::array<Eigen::Vector3d, 2>& directions);
  void regions(const std::vector<SliceOutline>& outlines);
  /// A region that is being drawn, closed by a line of dots.
  void polygon(const std::vector<std::array<double, 3>>& corners_mm);
  /// As the slice's plane sees it.
  void profile_line(const ProfileLine& line);
  /// The names of the four sides.
  void letters(bool of_patient);
  /// In the upper left corner, the first that there is room for beside the name of the upper side.
  void title(const QStringList& from_long_to_short);
  static int title_room(int view_width, const QFontMetrics& metrics);
  /// A bar of a round length in the lower left corner.
  void scale_bar();

 private:
  void text(const QRect& inside, int alignment, const QString& what);

  QPainter& painter_;
  const SliceProjection& projection_;
  QRect view_, inner_;
  QColor ground_;
  bool on_light_;
};

}  // namespace coincide::gui
