#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

namespace coincide::io {

/// SHA-256 of a file of any size, 64 hexadecimal digits. `go_on` is asked now and then with the bytes read so far; when
/// it answers no the result is empty. Throws FileError.
std::string sha256_of_file(const std::filesystem::path& path,
                           const std::function<bool(std::uint64_t bytes_read)>& go_on = {});
std::string sha256_of_bytes(std::span<const std::byte> bytes);

}  // namespace coincide::io
