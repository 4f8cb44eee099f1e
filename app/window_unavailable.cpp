#include "app/window.h"
#include "projectors/error.h"

namespace coincide::app {

int run_window(int, char**, const std::string&) {
  throw InputError(
      "the window is not part of this build. Use --batch JOB.toml to reconstruct, --new-job FILE to write a "
      "job, --info FILE to look at data, --help for all options.");
}

}  // namespace coincide::app
