#pragma once

#include <string>

namespace CLI {
class App;
}

namespace coincide::app {

/// The manual page (roff, section 1), from the options of the command line and the settings of a job.
std::string manual_page(const CLI::App& program);
/// The script with which bash completes options, settings and their words.
std::string bash_completion(const CLI::App& program);
/// What the exit codes mean, as lines for a text.
std::string exit_codes_text();

}  // namespace coincide::app
