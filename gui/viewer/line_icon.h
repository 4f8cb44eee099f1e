#pragma once

#include <QIcon>

namespace coincide::gui {

/// The icons of the window: one set of lines in the colour of the text, at any size and in any theme.
enum class Glyph { run, pause, stop, runs_column, side_panel, add, play, clear };

QIcon line_icon(Glyph glyph);

}  // namespace coincide::gui
