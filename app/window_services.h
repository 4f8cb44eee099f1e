#pragma once

#include "gui/services.h"

namespace coincide::app {

/// What the program can do, for its window. Only in builds with window.
gui::Services make_window_services();

}  // namespace coincide::app
