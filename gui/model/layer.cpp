#include "gui/model/layer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "gui/model/value_window.h"
#include "recon/trilinear.h"

namespace coincide::gui {
namespace {

Eigen::Vector3d vector(const std::array<double, 3>& mm) { return {mm[0], mm[1], mm[2]}; }

double value_at(const recon::Image& image, const Eigen::Vector3d& index) {
  return recon::trilinear_value(image, {index[0], index[1], index[2]}, std::numeric_limits<double>::quiet_NaN());
}

}  // namespace

Eigen::Affine3d index_to_mm(const recon::ImageGrid& grid) {
  Eigen::Affine3d affine = Eigen::Affine3d::Identity();
  for (int axis = 0; axis < 3; ++axis) {
    affine.linear()(axis, axis) = grid.voxel_size_mm[static_cast<std::size_t>(axis)];
    affine.translation()[axis] = grid.origin_mm[static_cast<std::size_t>(axis)];
  }
  return affine;
}

Layer layer_of(std::string name, std::shared_ptr<const recon::Image> image) {
  const Eigen::Affine3d affine = index_to_mm(image->grid);
  return layer_of(std::move(name), std::move(image), affine);
}

Layer layer_of(std::string name, std::shared_ptr<const recon::Image> image, const Eigen::Affine3d& index_to_mm) {
  const ValueWindow window = automatic_window(image->values);
  const float least = image->values.empty() ? 0 : *std::ranges::min_element(image->values);
  return {.name = std::move(name),
          .image = std::move(image),
          .mm_to_index = index_to_mm.inverse(),
          .low = std::min(window.low, double{least}),
          .high = window.high};
}

double layer_value(const Layer& layer, const std::array<double, 3>& place_mm) {
  return value_at(*layer.image, layer.mm_to_index * vector(place_mm));
}

std::vector<float> layer_values(const Layer& layer, const Raster& raster) {
  const Eigen::Vector3d first = layer.mm_to_index * vector(raster.first_mm);
  const Eigen::Vector3d column_step = layer.mm_to_index.linear() * vector(raster.column_step_mm);
  const Eigen::Vector3d row_step = layer.mm_to_index.linear() * vector(raster.row_step_mm);
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
