#include "gui/viewer/view_picture.h"

#include <QFontMetrics>
#include <QMarginsF>
#include <QPageSize>
#include <QPdfWriter>
#include <algorithm>
#include <cmath>

#include "gui/viewer/colour_bar.h"
#include "gui/viewer/paper.h"
#include "gui/viewer/slice_drawing.h"

namespace coincide::gui {
namespace {

constexpr int gap = 3;
constexpr double tallest = 1.4;  ///< times the width: as paper is
constexpr int least_length = 30;

/// Where lines of that length in mm begin, one after the other.
std::vector<int> begins_of(const std::vector<double>& lengths_mm, double points_per_mm, int first) {
  std::vector<int> begins{first};
  for (const double length : lengths_mm) {
    begins.push_back(begins.back() + std::max(least_length, static_cast<int>(std::lround(length * points_per_mm))) +
                     gap);
  }
  return begins;
}

}  // namespace

ViewPicture::ViewPicture(const ViewState& state, PictureContent content, double width_mm)
    : content_(std::move(content)) {
  state_.show_as(state);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    centre_mm_[axis] = 0.5 * (content_.shown_mm[axis][0] + content_.shown_mm[axis][1]);
  }
  lay_out(width_mm * points_per_mm);
  state_.set_camera({.zoom = 1, .centre_mm = centre_mm_});
  state_.set_fit(points_per_mm_);
}

double ViewPicture::extent_mm(int axis) const {
  const Span& span = content_.shown_mm[static_cast<std::size_t>(axis)];
  return span[1] - span[0];
}

/// A column is as wide as its widest view, a row as high as its highest.
void ViewPicture::lay_out(double width) {
  std::vector<double> columns_mm, rows_mm;
  for (const PicturedView& view : content_.views) {
    const auto column = static_cast<std::size_t>(view.column), row = static_cast<std::size_t>(view.row);
    columns_mm.resize(std::max(columns_mm.size(), column + 1));
    rows_mm.resize(std::max(rows_mm.size(), row + 1));
    const recon::SliceAxes axes = recon::slice_axes(view.axis);
    columns_mm[column] = std::max(columns_mm[column], extent_mm(axes.right));
    rows_mm[row] = std::max(rows_mm[row], extent_mm(axes.vertical));
  }
  const QFontMetrics metrics(paper_font());
  const int caption_height =
      metrics.boundingRect(QRect(0, 0, static_cast<int>(width), 10'000), Qt::TextWordWrap, content_.caption).height() +
      gap;
  bar_width_ = ColourBar(state_).width_for(metrics);
  const double room =
      width - bar_width_ * static_cast<double>(content_.scales.size()) - gap * static_cast<double>(columns_mm.size());
  double wide_mm = 0, high_mm = 0;
  std::ranges::for_each(columns_mm, [&](double mm) { wide_mm += mm; });
  std::ranges::for_each(rows_mm, [&](double mm) { high_mm += mm; });
  points_per_mm_ = std::max(1e-3, std::min(room / wide_mm, tallest * width / high_mm));
  rows_ = begins_of(rows_mm, points_per_mm_, caption_height);
  columns_ = begins_of(columns_mm, points_per_mm_, 0);
  const int rest = static_cast<int>(room) + gap * static_cast<int>(columns_mm.size()) - columns_.back();
  std::ranges::for_each(columns_, [rest](int& begin) { begin += std::max(0, rest / 2); });
  size_ = {static_cast<int>(std::lround(width)), rows_.back()};
}

QRect ViewPicture::place_of(const PicturedView& view) const {
  const auto column = static_cast<std::size_t>(view.column), row = static_cast<std::size_t>(view.row);
  return {QPoint(columns_[column], rows_[row]), QPoint(columns_[column + 1] - gap - 1, rows_[row + 1] - gap - 1)};
}

void ViewPicture::paint_slice(QPainter& painter, const PicturedView& view, const QRect& place,
                              double pixel_ratio) const {
  const bool is_first = &view == &content_.views.front();
  SliceDrawing slice(state_, view.axis, view.content);
  slice.set_style({.scale_bar = is_first,
                   .crosshair = content_.has_crosshair && !view.index,
                   .letters = is_first || !view.index,
                   .pixels_per_point = pixel_ratio,
                   .index = view.index});
  slice.refresh(place.size());
  painter.save();
  painter.translate(place.topLeft());
  painter.setClipRect(QRect(QPoint(), place.size()));
  slice.paint(painter);
  painter.restore();
}

void ViewPicture::paint(QPainter& painter, double pixel_ratio, const ScenePicture& scene) const {
  painter.setFont(paper_font());
  painter.setPen(paper_palette().color(QPalette::WindowText));
  painter.drawText(QRect(0, 0, size_.width(), rows_.front()), Qt::TextWordWrap, content_.caption);
  for (const PicturedView& view : content_.views) {
    const QRect place = place_of(view);
    if (view.is_scene) {
      painter.drawImage(place, scene((QSizeF(place.size()) * pixel_ratio).toSize(), points_per_mm_ * pixel_ratio,
                                     centre_mm_, pixel_ratio));
    } else {
      paint_slice(painter, view, place, pixel_ratio);
    }
  }
  int left = size_.width() - bar_width_ * static_cast<int>(content_.scales.size());
  for (const SliceContent content : content_.scales) {
    ColourBar bar(state_, content);
    bar.setPalette(paper_palette());
    painter.save();
    painter.translate(left, rows_.front());
    bar.paint(painter, QSize(bar_width_, size_.height() - rows_.front()));
    painter.restore();
    left += bar_width_;
  }
}

QImage ViewPicture::image(double dots_per_inch, const ScenePicture& scene) const {
  const double ratio = dots_per_inch / 96;
  QImage image((QSizeF(size_) * ratio).toSize(), QImage::Format_RGB32);
  constexpr double inches_per_m = 1000 / 25.4;
  image.setDotsPerMeterX(static_cast<int>(std::lround(dots_per_inch * inches_per_m)));
  image.setDotsPerMeterY(image.dotsPerMeterX());
  image.setText("Title", content_.caption);
  image.fill(Qt::white);
  QPainter painter(&image);
  painter.scale(ratio, ratio);
  paint(painter, ratio, scene);
  return image;
}

bool ViewPicture::write_pdf(const QString& path, double dots_per_inch, const ScenePicture& scene) const {
  QPdfWriter writer(path);
  writer.setTitle(content_.caption);
  writer.setResolution(static_cast<int>(std::lround(dots_per_inch)));
  constexpr double mm_per_point = 25.4 / 96;
  writer.setPageSize(QPageSize(QSizeF(size_) * mm_per_point, QPageSize::Millimeter, {}, QPageSize::ExactMatch));
  writer.setPageMargins(QMarginsF());
  QPainter painter;
  if (!painter.begin(&writer)) {
    return false;
  }
  painter.scale(dots_per_inch / 96, dots_per_inch / 96);
  paint(painter, dots_per_inch / 96, scene);
  return painter.end();
}

}  // namespace coincide::gui
