#include "gui/model/window_presets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "gui/model/translated.h"

namespace coincide::gui {
namespace {

struct UsualWindow {
  const char* unit;
  const char* what;  ///< it is for
  ValueWindow window;
};

constexpr std::array<UsualWindow, 9> usual_windows{
    {{"g/mL", to_translate("SUV"), {0, 5}},
     {"g/mL", to_translate("SUV"), {0, 7}},
     {"g/mL", to_translate("SUV"), {0, 10}},
     {"g/mL", to_translate("SUV"), {0, 20}},
     {"1/cm", to_translate("attenuation"), {0, 0.2}},  // water has 0.096, bone 0.17
     {"HU", to_translate("soft tissue"), {-160, 240}},
     {"HU", to_translate("lung"), {-1350, 150}},
     {"HU", to_translate("bone"), {-700, 1300}},
     {"HU", to_translate("brain"), {0, 80}}}};

/// Of the numbers among the values.
ValueWindow range_of(const std::vector<float>& values) {
  ValueWindow range{.low = std::numeric_limits<double>::infinity(), .high = -std::numeric_limits<double>::infinity()};
  for (const double value : values) {
    if (std::isfinite(value)) {
      range.low = std::min(range.low, value);
      range.high = std::max(range.high, value);
    }
  }
  return range;
}

}  // namespace

std::vector<WindowPreset> window_presets(const recon::Image& image) {
  const ValueWindow range = range_of(image.values);
  if (!(range.low < range.high)) {
    return {};
  }
  std::vector<WindowPreset> presets;
  if (range.high > 0) {
    presets = {{translated("0 to the maximum"), {0, range.high}},
               {translated("0 to half the maximum"), {0, 0.5 * range.high}},
               {translated("0 to a fifth of the maximum"), {0, 0.2 * range.high}}};
  }
  if (range.low < 0) {
    presets.push_back({translated("minimum to maximum"), range});
  }
  for (const UsualWindow& usual : usual_windows) {
    if (image.unit == usual.unit) {
      presets.push_back({translated_with("{}: {:g} to {:g} {}", translated(usual.what), usual.window.low,
                                         usual.window.high, usual.unit),
                         usual.window});
    }
  }
  return presets;
}

}  // namespace coincide::gui
