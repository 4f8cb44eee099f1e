#include "gui/viewer/slice_drawing.h"

#include "gui/model/shown_slice.h"
#include "gui/viewer/qt_colours.h"
#include "gui/viewer/slice_image.h"

namespace coincide::gui {
namespace {

constexpr const char* axis_letters = "xyz";
constexpr const char* slice_names[] = {"sagittal", "coronal", "axial"};

std::size_t index_of(int axis) { return static_cast<std::size_t>(axis); }

}  // namespace

SliceDrawing::SliceDrawing(const ViewState& state, int axis, SliceContent content)
    : state_(state), axis_(axis), content_(content) {}

std::int64_t SliceDrawing::index() const { return style_.index.value_or(state_.cursor()[index_of(axis_)]); }

std::array<double, 3> SliceDrawing::through_mm() const {
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
  picture_ = picture();
  for (const Roi& roi : state_.found_rois()) {
    outlines_.push_back({QString::fromStdString(roi.name), roi_outline(roi, *state_.image(), axis_, index())});
  }
  for (const Layer& layer : state_.layers()) {
    if (layer.is_shown && (layer.contour || content_ != SliceContent::combined)) {  // whose colours are to be read
      layers_.push_back(layer_picture(layer, projection(), through_mm(), view_, style_.pixels_per_point));
    }
  }
}

SliceProjection SliceDrawing::projection() const {
  const recon::SliceAxes axes = recon::slice_axes(axis_);
  return {.axes = axes,
          .centre_mm = state_.camera().centre_mm,
          .middle = QPointF(0.5 * view_.width(), 0.5 * view_.height()),
          .pixels_per_mm = state_.pixels_per_mm(),
          .is_mirrored = axes.right == 0 && state_.orientation() == ViewState::Orientation::neurological};
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

QImage SliceDrawing::picture() const {
  constexpr QRgb nothing = qRgb(128, 128, 128);  // as no value of a difference or ratio is
  const bool is_combined = content_ == SliceContent::combined && state_.comparison();
  const QImage image = slice_image(shown_slice(state_, axis_, content_, index()), state_.colour_scale(content_),
                                   is_combined ? std::optional(nothing) : std::nullopt);
  return projection().is_mirrored ? image.mirrored(true, false) : image;
}

/// Plane, place and how thick it is, in a comparison under what is shown.
QString SliceDrawing::title() const {
  QString text = QString("%1 = %2 mm").arg(axis_letters[axis_]).arg(through_mm()[index_of(axis_)], 0, 'f', 1);
  if (!style_.index) {
    text = QString("%1, %2").arg(slice_names[axis_], text);
  }
  const std::string slab = slab_text(state_.image()->grid, axis_, index(), state_.slab());
  if (!slab.empty() && style_.letters) {
    text += " · " + QString::fromStdString(slab);
  }
  if (!state_.comparison() || style_.index) {
    return text;
  }
  constexpr const char* combinations[] = {"", "A - B", "A / B", "A and B by turns", "A and B"};
  const char* content = content_ == SliceContent::image ? "A"
                        : content_ == SliceContent::other
                            ? "B"
                            : combinations[static_cast<int>(state_.comparison()->combination)];
  return QString(content) + " · " + text;
}

void SliceDrawing::paint(QPainter& painter) const {
  const QRect view({}, view_);
  painter.fillRect(view, ground());
  painter.setRenderHint(QPainter::SmoothPixmapTransform, state_.smooth());
  painter.drawImage(image_rect(), picture_);
  painter.setPen(Qt::gray);
  painter.drawRect(image_rect());
  for (const LayerPicture& layer : layers_) {
    painter.drawImage(view, layer.colours);
    painter.setPen(QPen(layer.contour_colour, 1.5));
    painter.drawLines(layer.contour);
  }
  draw_overlay(painter);
}

void SliceDrawing::draw_overlay(QPainter& painter) const {
  const SliceProjection at = projection();
  SliceOverlay overlay(painter, at, QRect({}, view_), ground());
  if (style_.crosshair) {
    overlay.crosshair(state_.cursor_mm());
  }
  overlay.regions(outlines_);
  if (state_.profile_line()) {
    overlay.profile_line(*state_.profile_line());
  }
  if (style_.letters) {
    overlay.letters(state_.subject().of_patient);
  }
  overlay.title(title());
  if (style_.scale_bar) {
    overlay.scale_bar();
  }
}

}  // namespace coincide::gui
