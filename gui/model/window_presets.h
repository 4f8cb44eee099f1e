#pragma once

#include <string>
#include <vector>

#include "gui/model/value_window.h"
#include "recon/image.h"

namespace coincide::gui {

/// A window that is asked for often.
struct WindowPreset {
  std::string name;  ///< "SUV: 0 to 5 g/mL"
  ValueWindow window;
};

/// Parts of the image's range of values, then windows that are usual for its unit: SUV (g/mL), attenuation (1/cm), CT
/// numbers (HU). Empty for an image without two different numbers.
std::vector<WindowPreset> window_presets(const recon::Image& image);

}  // namespace coincide::gui
