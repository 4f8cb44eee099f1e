#include "app/terminal_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>

#include "projectors/error.h"

namespace coincide::app {
namespace {

bool print(std::FILE* stream, std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stream) == text.size();
  return std::fflush(stream) == 0 && written;
}

}  // namespace

void survive_closed_streams() {
  for (const int signal : {SIGPIPE, SIGXFSZ}) {  // a write that fails says why instead
    std::signal(signal, SIG_IGN);
  }
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) < 0) {
      static_cast<void>(open("/dev/null", O_RDWR));  // takes the lowest number that is free: this one
    }
  }
}

void print_result(std::string_view text) {
  if (!print(stdout, text) && errno != EPIPE && errno != EBADF) {
    throw FileError(
        fmt::format("the output cannot be written: {}.", std::error_code(errno, std::generic_category()).message()));
  }
}

void print_message(std::string_view text) { print(stderr, text); }

}  // namespace coincide::app
