#include "gui/model/values_at.h"

#include <fmt/format.h>

#include <cmath>

#include "gui/model/chart.h"

namespace coincide::gui {
namespace {

bool is_inside(const recon::ImageGrid& grid, const std::array<double, 3>& point_mm) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double index = (point_mm[axis] - grid.origin_mm[axis]) / grid.voxel_size_mm[axis];
    if (!(index >= -0.5 && index <= static_cast<double>(grid.shape[axis]) - 0.5)) {
      return false;
    }
  }
  return true;
}

/// With its unit, and no more digits than are read.
std::string with_unit(double value, const std::string& unit) {
  const std::string shown = shown_unit(unit);
  return fmt::format("{:.5g}{}{}", value, shown.empty() ? "" : " ", shown);
}

}  // namespace

std::string values_text(const ViewState& state, const std::array<double, 3>& point_mm) {
  std::string place = fmt::format("({:.1f}, {:.1f}, {:.1f}) mm", point_mm[0], point_mm[1], point_mm[2]);
  if (!state.has_image() || !is_inside(state.image()->grid, point_mm)) {
    return place;
  }
  const auto [i, j, k] = state.voxel_at(point_mm);
  const double value = state.image()->at(i, j, k);
  const std::string& unit = state.image()->unit;
  std::string text = fmt::format("voxel {}, {}, {} · {} · ", i, j, k, place);
  if (state.comparison()) {
    const double other = layer_value(state.comparison()->other, state.middle_mm({i, j, k}));
    return text + fmt::format("A {:.5g} · B {:.5g} · A - B {}", value, other,
                              with_unit(value - other, has_one_unit(*state.comparison(), *state.image()) ? unit : ""));
  }
  text += with_unit(value, unit);
  for (const Layer& layer : state.layers()) {
    if (const double over = layer_value(layer, point_mm); layer.is_shown && !std::isnan(over)) {
      text += fmt::format(" · {} {}", layer.name, with_unit(over, layer.image->unit));
    }
  }
  return text;
}

}  // namespace coincide::gui
