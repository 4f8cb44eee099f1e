#pragma once

#include <string_view>

namespace coincide::gui {

/// Whether a first reconstruction needs the setting to be thought about. A form shows the others when they are asked
/// for, looked for, or not as they are by default.
bool is_basic(std::string_view setting);

}  // namespace coincide::gui
