#pragma once

#include <QImage>
#include <QPainter>
#include <QString>
#include <array>
#include <functional>
#include <optional>
#include <vector>

#include "gui/model/view_state.h"

namespace coincide::gui {

/// A view of a picture, and where in it it stands.
struct PicturedView {
  int axis = 2;  ///< that the slice is perpendicular to; of the 3-D view the one of the slice that is as large
  SliceContent content = SliceContent::image;
  bool is_scene = false;
  std::optional<std::int64_t> index = {};  ///< of the slice, one of a mosaic; none: that of the crosshair
  int column = 0, row = 0;
};

/// From and to in mm.
using Span = std::array<double, 2>;

/// What is to be on a picture.
struct PictureContent {
  std::vector<PicturedView> views;
  std::array<Span, 3> shown_mm;      ///< of each axis: no more of it is on the picture
  std::vector<SliceContent> scales;  ///< those that colour bars are needed of
  QString caption;
  bool has_crosshair = true;
};

/// The 3-D view in so many pixels, as SceneView::picture().
using ScenePicture = std::function<QImage(const QSize& pixels, double pixels_per_mm,
                                          const std::array<double, 3>& centre_mm, double pixel_ratio)>;

/// Views drawn anew for paper, all at one scale, with a caption that says what they show, names of axes, a scale bar
/// and colour bars with the unit.
class ViewPicture {
 public:
  /// `state` as it is now; it has an image.
  ViewPicture(const ViewState& state, PictureContent content, double width_mm);

  /// In points of 1/96 inch.
  QSize size() const { return size_; }
  /// With the upper left corner at the origin, in points; `pixel_ratio` is that of the painter's device.
  void paint(QPainter& painter, double pixel_ratio, const ScenePicture& scene) const;
  /// With that many dots per inch, and the caption as its title.
  QImage image(double dots_per_inch, const ScenePicture& scene) const;
  /// As PDF: texts, lines and bars stay such. False if it cannot be written.
  bool write_pdf(const QString& path, double dots_per_inch, const ScenePicture& scene) const;

 private:
  double extent_mm(int axis) const;
  void lay_out(double width);
  QRect place_of(const PicturedView& view) const;
  void paint_slice(QPainter& painter, const PicturedView& view, const QRect& place, double pixel_ratio) const;

  mutable ViewState state_;
  PictureContent content_;
  std::array<double, 3> centre_mm_{};
  double points_per_mm_ = 1;
  std::vector<int> columns_, rows_;  ///< where they begin, and where the last one ends
  int bar_width_ = 0;
  QSize size_;
};

}  // namespace coincide::gui
