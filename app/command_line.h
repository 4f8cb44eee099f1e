#pragma once

namespace coincide::app {

/// What the program ends with: 2 bad command line or job, 3 a file cannot be read or written, 4 device, display or
/// memory, 5 stopped by the user with what was done kept, 1 anything else.
enum ExitCode { done = 0, other_failure = 1, bad_job = 2, bad_file = 3, no_device_or_memory = 4, stopped = 5 };

/// Prints the sentence as the program's last word; returns the code.
int fail(ExitCode code, const char* sentence);

/// The program: everything from the command line to the exit code.
int run_command_line(int argc, char** argv);

}  // namespace coincide::app
