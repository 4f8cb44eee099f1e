#pragma once

#include <string_view>

namespace coincide::app {

/// Whoever reads what the program prints may go away, as `head` does: that ends nothing. Also takes care that files
/// never get the number of a standard stream that was closed, and then its messages. To be called first.
void survive_closed_streams();

/// To stdout; a reader that has gone is no error. Throws FileError if the disk is full.
void print_result(std::string_view text);

/// To stderr, at once; nothing can be said of it if that fails.
void print_message(std::string_view text);

}  // namespace coincide::app
