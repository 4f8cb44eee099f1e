#include "gui/viewer/slice_drawing.h"

#include <QObject>

#include "gui/model/shown_slice.h"
#include "gui/viewer/qt_colours.h"
#include "gui/viewer/slice_image.h"

namespace coincide::gui {
namespace {

constexpr const char* axis_letters = "xyz";

std::size_t index_of(int axis) { return static_cast<std::size_t>(axis); }

}  // namespace

SliceDrawing::SliceDrawing(const ViewState& state, int axis, SliceContent content)
    : state_(state), axis_(axis), content_(content) {}

std::int64_t SliceDrawing::index() const { return style_.index.value_or(state_.cursor()[index_of(axis_)]); }

/// The crosshair; of a slice that is not turned in the middle of its voxels.
std::array<double, 3> SliceDrawing::through_mm() const {
  if (!turn().is_none()) {
    return state_.cursor_mm();
  }
  std::array<std::int64_t, 3> voxel = state_.cursor();
  voxel[index_of(axis_)] = index();
  return state_.middle_mm(voxel);
}

void SliceDrawing::refresh(const QSize& view) {
  view_ = view;
  picture_ = {};
  outlines_.clear();
  layers_.clear();
  if (!state_.has_image()) {
    return;
  }
  if (turn().is_none()) {
    picture_ = picture();
    picture_rect_ = {};
  } else {
    picture_ = turned_picture();
  }
  for (const Roi& roi : state_.found_rois()) {
    outlines_.push_back(outline(roi));
  }
  const SliceRaster points = raster(1);
  layers_rect_ = points.rect();
  for (const Layer& layer : state_.layers()) {
    if (layer.is_shown && (layer.contour || content_ != SliceContent::combined)) {  // whose colours are to be read
      layers_.push_back(layer_picture(layer, points));
    }
  }
}

SliceRaster SliceDrawing::raster(std::int64_t planes) const {
  return slice_raster(projection(), through_mm(), view_, style_.pixels_per_point, planes);
}

SliceOutline SliceDrawing::outline(const Roi& roi) const {
  SliceOutline outline{QString::fromStdString(roi.name), QColor(QString::fromStdString(roi.colour)), {}};
  if (!turn().is_none()) {
    const SliceRaster points = raster(1);
    outline.lines = contour_of(0.5, points, roi_mask(roi, *state_.image(), points.points));
    return outline;
  }
  const recon::SliceAxes axes = recon::slice_axes(axis_);
  const SliceProjection to = projection();
  const auto on_screen = [&](const std::array<double, 2>& end) {
    std::array<double, 3> mm = through_mm();
    mm[index_of(axes.right)] = end[0];
    mm[index_of(axes.vertical)] = end[1];
    return to.to_screen(mm);
  };
  for (const auto& [start, end] : roi_outline(roi, *state_.image(), axis_, index())) {
    outline.lines << QLineF(on_screen(start), on_screen(end));
  }
  return outline;
}

SliceProjection SliceDrawing::straight_projection() const {
  const recon::SliceAxes axes = recon::slice_axes(axis_);
  return {.plane = slice_plane(axis_),
          .is_down = axes.down,
          .centre_mm = state_.camera().centre_mm,
          .middle = QPointF(0.5 * view_.width(), 0.5 * view_.height()),
          .pixels_per_mm = state_.pixels_per_mm(),
          .is_mirrored = axes.right == 0 && state_.orientation() == ViewState::Orientation::neurological};
}

/// The crosshair stays where it is on the screen when the slice is turned.
SliceProjection SliceDrawing::projection() const {
  SliceProjection projection = straight_projection();
  if (turn().is_none()) {
    return projection;
  }
  const auto [x, y, z] = state_.cursor_mm();
  const Eigen::Vector3d crosshair(x, y, z);
  const Eigen::Vector3d from_centre = crosshair - Eigen::Vector3d(projection.centre_mm.data());
  const SlicePlane straight = projection.plane;
  projection.plane = slice_plane(axis_, turn());
  Eigen::Map<Eigen::Vector3d>(projection.centre_mm.data()) =
      crosshair - from_centre.dot(straight.right) * projection.plane.right -
      from_centre.dot(straight.vertical) * projection.plane.vertical;
  return projection;
}

QRectF SliceDrawing::image_rect() const {
  const recon::ImageGrid& grid = state_.image()->grid;
  std::array<double, 3> low{}, high{};
  for (std::size_t a = 0; a < 3; ++a) {
    low[a] = grid.origin_mm[a] - 0.5 * grid.voxel_size_mm[a];
    high[a] = low[a] + static_cast<double>(grid.shape[a]) * grid.voxel_size_mm[a];
  }
  return QRectF(projection().to_screen(low), projection().to_screen(high)).normalized();
}

/// The first colour; of differences that of none.
QColor SliceDrawing::ground() const {
  const ColourScale scale = state_.colour_scale(content_);
  const double at = scale.window.low < 0 && content_ == SliceContent::combined ? 0.5 : 0;
  return qt_colour(find_colour_map(scale.colour_map).colour(at));
}

/// The colour of what is no number: of a difference or ratio one that no value has.
std::optional<QRgb> SliceDrawing::no_value() const {
  constexpr QRgb nothing = qRgb(128, 128, 128);
  const bool is_combined = content_ == SliceContent::combined && state_.comparison();
  return is_combined ? std::optional(nothing) : std::nullopt;
}

QImage SliceDrawing::picture() const {
  const QImage image =
      slice_image(shown_slice(state_, axis_, content_, index()), state_.colour_scale(content_), no_value());
  return projection().is_mirrored ? image.mirrored(true, false) : image;
}

/// Beside the image as the lowest value, or as no value.
QImage SliceDrawing::turned_picture() {
  const std::int64_t planes = 2 * slab_reach(state_.image()->grid, axis_, state_.slab()) + 1;
  const SliceRaster points = raster(planes);
  picture_rect_ = points.rect();
  return slice_image(shown_plane(state_, axis_, content_, points.points), state_.colour_scale(content_), no_value());
}

QStringList SliceDrawing::titles() const {
  const QString plane = QObject::tr(slice_names[axis_]);
  const QString place =
      turn().is_none() ? QString("%1 = %2 mm").arg(axis_letters[axis_]).arg(through_mm()[index_of(axis_)], 0, 'f', 1)
                       : QObject::tr("turned %1°, %2°").arg(turn().tilt_degrees).arg(turn().swivel_degrees);
  const QString slab = style_.letters ? QString::fromStdString(shown_slab(state_, axis_, index())) : QString();
  const QString thick = slab.isEmpty() ? QString() : " · " + slab;
  if (style_.index) {
    return {place + thick, place};
  }
  const QString whole = QString("%1, %2").arg(plane, place);
  if (!state_.comparison()) {
    return {whole + thick, whole, place};
  }
  const QString content = content_name() + " · ";
  return {content + whole + thick, content + whole, content + place, place};
}

/// Of a comparison.
QString SliceDrawing::content_name() const {
  switch (content_) {
    case SliceContent::image:
      return "A";
    case SliceContent::other:
      return "B";
    default:
      break;
  }
  switch (state_.comparison()->combination) {
    case Combination::difference:
      return "A - B";
    case Combination::ratio:
      return "A / B";
    case Combination::checkerboard:
      return QObject::tr("A and B by turns");
    default:
      return QObject::tr("A and B");
  }
}

void SliceDrawing::paint(QPainter& painter) const {
  const QRect view({}, view_);
  painter.fillRect(view, ground());
  painter.setRenderHint(QPainter::SmoothPixmapTransform, state_.smooth() || !turn().is_none());
  const bool is_turned = !picture_rect_.isEmpty();
  painter.drawImage(is_turned ? picture_rect_ : image_rect(), picture_);
  painter.setPen(Qt::gray);
  if (!is_turned) {
    painter.drawRect(image_rect());
  }
  for (const LayerPicture& layer : layers_) {
    painter.drawImage(layers_rect_, layer.colours);
    painter.setPen(QPen(layer.contour_colour, 1.5));
    painter.drawLines(layer.contour);
  }
  draw_overlay(painter);
}

/// Where the other two slices cut this one.
std::array<Eigen::Vector3d, 2> SliceDrawing::crosshair_directions() const {
  std::array<Eigen::Vector3d, 2> directions;
  const Eigen::Vector3d normal = slice_plane(axis_, turn()).normal;
  for (int i = 0; i < 2; ++i) {
    const int other = (axis_ + 1 + i) % 3;
    directions[index_of(i)] = normal.cross(slice_plane(other, state_.turn(other)).normal);
  }
  return directions;
}

bool SliceDrawing::has_draft() const {
  const std::optional<PolygonDraft>& draft = state_.polygon_draft();
  return draft && draft->axis == axis_ &&
         (!style_.index || state_.voxel_at(draft->corners_mm.front())[index_of(axis_)] == *style_.index);
}

void SliceDrawing::draw_overlay(QPainter& painter) const {
  const SliceProjection at = projection();
  SliceOverlay overlay(painter, at, QRect({}, view_), ground());
  if (style_.crosshair) {
    overlay.crosshair(state_.cursor_mm(), crosshair_directions());
  }
  overlay.regions(outlines_);
  if (has_draft()) {
    overlay.polygon(state_.polygon_draft()->corners_mm);
  }
  if (state_.profile_line()) {
    overlay.profile_line(*state_.profile_line());
  }
  if (style_.letters) {
    overlay.letters(state_.subject().of_patient);
  }
  overlay.title(titles());
  if (style_.scale_bar) {
    overlay.scale_bar();
  }
}

}  // namespace coincide::gui
