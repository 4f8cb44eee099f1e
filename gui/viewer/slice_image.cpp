#include "gui/viewer/slice_image.h"

#include <QPainter>
#include <algorithm>
#include <array>
#include <cmath>

#include "gui/viewer/qt_colours.h"

namespace coincide::gui {
namespace {

std::array<QRgb, 256> colour_table(const std::string& name) {
  const ColourMap& map = find_colour_map(name);
  std::array<QRgb, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = qt_colour(map.colour(static_cast<double>(i) / (table.size() - 1))).rgb();
  }
  return table;
}

}  // namespace

QImage slice_image(const recon::Slice& slice, const ColourScale& scale, std::optional<QRgb> nothing) {
  const std::array<QRgb, 256> colours = colour_table(scale.colour_map);
  const QRgb without_number = qt_colour(no_number_rgb).rgb();
  const double low = scale.window.low;
  const double levels = 255.0 / (scale.window.high - low);
  QImage image(static_cast<int>(slice.columns), static_cast<int>(slice.rows), QImage::Format_RGB32);
  const float* value = slice.values.data();
  for (std::int64_t row = 0; row < slice.rows; ++row) {
    auto* line = reinterpret_cast<QRgb*>(image.scanLine(static_cast<int>(row)));
    for (std::int64_t column = 0; column < slice.columns; ++column, ++value) {
      const double at = (*value - low) * levels;
      if (!std::isfinite(at)) {
        line[column] = std::isinf(at) ? without_number : nothing.value_or(colours[0]);
        continue;
      }
      line[column] = colours[at > 0 ? static_cast<std::size_t>(std::min(at, 255.0)) : 0];
    }
  }
  return image;
}

QIcon thumbnail(const recon::Image& image, const QSize& size) {
  constexpr int axial = 2;
  constexpr double shown_part = 0.995;  // so that single hot voxels do not darken all
  const recon::ImageGrid& grid = image.grid;
  const recon::Slice slice = recon::slice_of(image, axial, grid.shape[2] / 2);
  std::vector<float> values = slice.values;
  std::erase_if(values, [](float value) { return !(value > 0) || !std::isfinite(value); });
  double high = 1;
  if (!values.empty()) {
    const auto rank = values.begin() + static_cast<std::ptrdiff_t>(shown_part * static_cast<double>(values.size() - 1));
    std::ranges::nth_element(values, rank);
    high = *rank;
  }
  const QSizeF extent(static_cast<double>(grid.shape[0]) * grid.voxel_size_mm[0],
                      static_cast<double>(grid.shape[1]) * grid.voxel_size_mm[1]);
  const QSize shown = extent.scaled(size, Qt::KeepAspectRatio).toSize();
  QPixmap picture(size);
  picture.fill(Qt::black);
  QPainter painter(&picture);
  painter.drawImage(QRect(QPoint((size.width() - shown.width()) / 2, (size.height() - shown.height()) / 2), shown),
                    slice_image(slice, {.colour_map = "hot metal", .window = {.low = 0, .high = high}, .unit = {}})
                        .scaled(shown, Qt::IgnoreAspectRatio, Qt::SmoothTransformation));
  painter.end();
  QIcon icon;
  for (const QIcon::Mode mode : {QIcon::Normal, QIcon::Selected}) {  // a chosen one is not tinted
    icon.addPixmap(picture, mode);
  }
  return icon;
}

}  // namespace coincide::gui
