#pragma once

#include <filesystem>
#include <string>

namespace coincide::app {

/// What `coincide --info IMAGE` prints: size, place, unit, values and frames of an image, as its file has them. Throws
/// FileError.
std::string image_info_text(const std::filesystem::path& path);

}  // namespace coincide::app
