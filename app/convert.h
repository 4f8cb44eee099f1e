#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace coincide::app {

/// `coincide --convert IN OUT`: what IN holds in the format of OUT's ending. Returns sentences for the user. Throws
/// InputError where IN's kind has no such format, FileError as readers and writers do.
std::vector<std::string> convert(const std::filesystem::path& in, const std::filesystem::path& out);

}  // namespace coincide::app
