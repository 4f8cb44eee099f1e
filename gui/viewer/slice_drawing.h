#pragma once

#include <QImage>
#include <QPainter>
#include <QSize>
#include <cstdint>
#include <optional>
#include <vector>

#include "gui/model/view_state.h"
#include "gui/viewer/layer_picture.h"
#include "gui/viewer/slice_overlay.h"
#include "gui/viewer/slice_projection.h"

namespace coincide::gui {

inline constexpr const char* slice_names[] = {"sagittal", "coronal",
                                              "axial"};  ///< by the axis they are perpendicular to

/// What a slice is drawn with.
struct SliceStyle {
  bool scale_bar = false;  ///< all slices have one scale: one of them shows it
  bool crosshair = true;
  bool letters = true;                ///< names of the four sides
  double pixels_per_point = 1;        ///< of what it is drawn on: as many points of layers are looked up
  std::optional<std::int64_t> index;  ///< of the slice; none: that of the crosshair
};

/// A slice or slab of the image with its layers, crosshair, regions and profile line, for a screen or for paper. `axis`
/// is the one that it is perpendicular to; recon::slice_axes() tells how it lies. Drawn by Qt alone: needs no OpenGL.
class SliceDrawing {
 public:
  /// Of a comparison the other image or the combination, both at the voxels of the first. The state outlives this.
  SliceDrawing(const ViewState& state, int axis, SliceContent content);

  int axis() const { return axis_; }
  SliceContent content() const { return content_; }
  void set_style(const SliceStyle& style) { style_ = style; }
  const SliceStyle& style() const { return style_; }
  /// The size of the view, until the next refresh() with an image made for another one.
  void resize(const QSize& view) { view_ = view; }
  /// Takes over what changed in the state, for a view of that size.
  void refresh(const QSize& view);
  /// With its upper left corner at the origin. There is an image.
  void paint(QPainter& painter) const;

  SliceProjection projection() const;
  /// As it is before the slice is turned: what moves and zooms all views goes by it.
  SliceProjection straight_projection() const;
  /// A place of the view, in the plane of the slice.
  std::array<double, 3> to_mm(const QPointF& place) const { return projection().to_mm(place, through_mm()); }
  /// The polygon that is being drawn lies in this slice.
  bool has_draft() const;
  bool is_on_image(const QPointF& place) const { return state_.is_in_image(to_mm(place)); }
  /// Plane, place and how thick it is, in a comparison under what is shown; then the same in ever fewer words. Drawn is
  /// the first that there is room for.
  QStringList titles() const;

 private:
  /// Of the slices of a mosaic none.
  Turn turn() const { return style_.index ? Turn{} : state_.turn(axis_); }
  QRectF image_rect() const;
  /// Over the view, and over all of a slab that is turned.
  SliceRaster raster(std::int64_t planes) const;
  std::int64_t index() const;
  std::array<double, 3> through_mm() const;
  QString content_name() const;
  QColor ground() const;
  QImage picture() const;
  QImage turned_picture();
  std::optional<QRgb> no_value() const;
  std::array<Eigen::Vector3d, 2> crosshair_directions() const;
  SliceOutline outline(const Roi& roi) const;
  void draw_overlay(QPainter& painter) const;

  const ViewState& state_;
  int axis_;
  SliceContent content_;
  SliceStyle style_;
  QSize view_;
  QImage picture_;
  QRectF picture_rect_;  ///< where it lies in the view; empty: image_rect()
  std::vector<SliceOutline> outlines_;
  std::vector<LayerPicture> layers_;  ///< those that are shown
  QRectF layers_rect_;
};

}  // namespace coincide::gui
