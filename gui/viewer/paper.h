#pragma once

#include <QFont>
#include <QPalette>

namespace coincide::gui {

/// Pictures for paper are laid out in points of 1/96 inch, as windows are.
inline constexpr double points_per_mm = 96 / 25.4;

/// Dark on white, whatever the window has.
QPalette paper_palette();

/// The window's font in 8 points of 1/72 inch.
QFont paper_font();

}  // namespace coincide::gui
