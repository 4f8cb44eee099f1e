#pragma once

namespace coincide::app {

/// The program: everything from the command line to the exit code. 0 done, 2 bad command line or job,
/// 3 a file cannot be read or written, 4 device or memory, 5 stopped by the user with what was done kept, 1 anything
/// else.
int run_command_line(int argc, char** argv);

}  // namespace coincide::app
