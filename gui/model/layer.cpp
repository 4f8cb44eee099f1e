#include "gui/model/layer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "gui/model/value_window.h"
#include "recon/trilinear.h"

namespace coincide::gui {
namespace {

Eigen::Vector3d vector(const std::array<double, 3>& mm) { return {mm[0], mm[1], mm[2]}; }

double value_at(const recon::Image& image, const Eigen::Vector3d& index) {
  const std::array<double, 3> place{index[0], index[1], index[2]};
  constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
  const double value = recon::trilinear_value(image, place, nothing);
  if (std::isfinite(value)) {
    return value;
  }
  return recon::is_inside(image.grid, place) ? double{no_number} : nothing;
}

}  // namespace

Layer layer_of(std::string name, std::shared_ptr<const recon::Image> image) {
  const Eigen::Affine3d affine = index_to_mm(image->grid);
  return layer_of(std::move(name), std::move(image), affine);
}

Layer layer_of(std::string name, std::shared_ptr<const recon::Image> image, const Eigen::Affine3d& index_to_mm) {
  const ValueWindow window = automatic_window(image->values);
  float least = 0;
  for (const float value : image->values) {
    least = std::isfinite(value) ? std::min(least, value) : least;
  }
  return {.name = std::move(name),
          .image = std::move(image),
          .mm_to_index = index_to_mm.inverse(),
          .low = std::min(window.low, double{least}),
          .high = window.high};
}

recon::Point middle_of(const Layer& layer) {
  const auto& shape = layer.image->grid.shape;
  const Eigen::Vector3d last(static_cast<double>(shape[0] - 1), static_cast<double>(shape[1] - 1),
                             static_cast<double>(shape[2] - 1));
  const Eigen::Vector3d middle = layer.mm_to_index.inverse() * (0.5 * last);
  return {middle[0], middle[1], middle[2]};
}

Eigen::Affine3d shown_mm_to_index(const Layer& layer) {
  if (layer.place == recon::Registration{}) {
    return layer.mm_to_index;
  }
  const recon::Pose pose = recon::pose_of(layer.place, middle_of(layer));
  return layer.mm_to_index * recon::affine_of(recon::inverse(pose));
}

double layer_value(const Layer& layer, const std::array<double, 3>& place_mm) {
  return value_at(*layer.image, shown_mm_to_index(layer) * vector(place_mm));
}

std::vector<float> layer_values(const Layer& layer, const Raster& raster) {
  const Eigen::Affine3d mm_to_index = shown_mm_to_index(layer);
  const Eigen::Vector3d first = mm_to_index * vector(raster.first_mm);
  const Eigen::Vector3d column_step = mm_to_index.linear() * vector(raster.column_step_mm);
  const Eigen::Vector3d row_step = mm_to_index.linear() * vector(raster.row_step_mm);
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(raster.columns) * static_cast<std::size_t>(raster.rows));
  for (int row = 0; row < raster.rows; ++row) {
    for (int column = 0; column < raster.columns; ++column) {
      values.push_back(static_cast<float>(value_at(*layer.image, first + column * column_step + row * row_step)));
    }
  }
  return values;
}

}  // namespace coincide::gui
