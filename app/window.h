#pragma once

#include <string>

namespace coincide::app {

/// Opens the window, with a job or listmode file in it unless `file` is empty, and returns the exit code when it is
/// closed. Throws InputError in a build without window (window_unavailable.cpp) or where there is no display.
int run_window(int argc, char** argv, const std::string& file);

}  // namespace coincide::app
