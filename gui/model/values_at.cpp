#include "gui/model/values_at.h"

#include <fmt/format.h>

#include <cmath>

#include "gui/model/chart.h"
#include "gui/model/shown_slice.h"
#include "gui/model/translated.h"

namespace coincide::gui {
namespace {

/// No more digits than are read.
std::string number_text(double value) {
  return std::isfinite(value) ? fmt::format("{:.5g}", value)
         : std::isnan(value)  ? translated("nothing")
                              : translated("no number");
}

std::string with_unit(double value, const std::string& unit) {
  const std::string shown = shown_unit(unit);
  return number_text(value) + (shown.empty() || !std::isfinite(value) ? "" : " " + shown);
}

}  // namespace

std::string values_text(const ViewState& state, const PointedAt& point) {
  std::string text = fmt::format("({:.1f}, {:.1f}, {:.1f}) mm", point.mm[0], point.mm[1], point.mm[2]);
  if (!state.is_in_image(point.mm)) {
    return text;
  }
  const std::array<std::int64_t, 3> voxel = state.voxel_at(point.mm);
  const auto [i, j, k] = voxel;
  if (!point.axis || state.turn(*point.axis).is_none()) {
    text = translated_with("voxel {}, {}, {} · {}", i, j, k, text);
  }
  const std::string slab =
      point.axis ? shown_slab(state, *point.axis, voxel[static_cast<std::size_t>(*point.axis)]) : std::string();
  text += slab.empty() ? " · " : fmt::format(" · {}: ", slab);
  const float at_voxel = state.image()->at(i, j, k);
  const double value = point.axis                ? shown_value(state, *point.axis, SliceContent::image, point.mm)
                       : std::isfinite(at_voxel) ? at_voxel
                                                 : no_number;
  const std::string& unit = state.image()->unit;
  if (state.comparison()) {
    const double other = point.axis ? shown_value(state, *point.axis, SliceContent::other, point.mm)
                                    : layer_value(state.comparison()->other, state.middle_mm(voxel));
    const bool has_difference = std::isfinite(value) && std::isfinite(other);
    return text + fmt::format("A {} · B {}", number_text(value), number_text(other)) +
           (has_difference
                ? " · A - B " + with_unit(value - other, has_one_unit(*state.comparison(), *state.image()) ? unit : "")
                : "");
  }
  text += with_unit(value, unit);
  for (const Layer& layer : state.layers()) {
    if (const double over = layer_value(layer, point.mm); layer.is_shown && !std::isnan(over)) {
      text += fmt::format(" · {} {}", layer.name, with_unit(over, layer.image->unit));
    }
  }
  return text;
}

}  // namespace coincide::gui
