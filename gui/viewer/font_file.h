#pragma once

#include <QFont>
#include <string>

namespace coincide::gui {

/// The file that a font is in, for libraries that draw text themselves; empty where the system cannot tell.
std::string font_file(const QFont& font);

}  // namespace coincide::gui
