#pragma once

#include <string>

namespace coincide::app {

/// Opens the window, with a job or listmode file in it unless `file` is empty, and returns the exit code when it is
/// closed. Throws InputError in a build without window (window_unavailable.cpp) and where no display is named: another
/// command line is needed there. A display that is named but cannot be opened ends the program with a sentence and the
/// code no_device_or_memory.
int run_window(int argc, char** argv, const std::string& file);

}  // namespace coincide::app
