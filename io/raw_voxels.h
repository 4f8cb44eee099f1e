#pragma once

#include <filesystem>
#include <string_view>

#include "recon/data/image_series.h"

namespace coincide::io {

/// Where the planes of an image begin in a file.
enum class FirstPlane { lowest_z, highest_z };

/// Writes a file of `header` and then all frames, one after the other, as little-endian float32 with x fastest. Throws
/// FileError.
void write_raw_frames(const std::filesystem::path& path, std::string_view header, const recon::ImageSeries& series,
                      FirstPlane first = FirstPlane::lowest_z);

}  // namespace coincide::io
