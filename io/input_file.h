#pragma once

#include <filesystem>
#include <string>

namespace coincide::io {

/// Why a path names no file that can be read, as the end of a sentence: "there is no such file", "it is a folder", "it
/// is a device, not a file" ... Empty if it can. Devices and pipes may never end and cannot be read twice.
std::string why_no_input_file(const std::filesystem::path& path);

/// A whole text file, which must not be larger than any that a person writes. Throws FileError.
std::string read_text_file(const std::filesystem::path& path);

}  // namespace coincide::io
