#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace coincide::io {

/// Why a path names no file that can be read, as the end of a sentence: "there is no such file", "it is a folder", "it
/// is a device, not a file" ... Empty if it can. Devices and pipes may never end and cannot be read twice; what the
/// system shows of itself as files (/proc/kmsg) may not even begin, and says that it has 0 bytes.
std::string why_no_input_file(const std::filesystem::path& path);

/// The first `most` bytes of a file, or all that it has. Throws FileError if it cannot be read.
std::string read_first_bytes(const std::filesystem::path& path, std::size_t most);

/// A whole text file, which must not be larger than any that a person writes. Throws FileError.
std::string read_text_file(const std::filesystem::path& path);

}  // namespace coincide::io
