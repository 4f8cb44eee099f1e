#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace coincide::io {

/// Writes the images of a file in another format, by the ending of `out`, on a straight grid in our order. What the
/// side file says is passed on, but for the record of a run that may be in it. Returns what a user is to be told: what
/// the file does not say, that it was resampled. Throws as read_image_series() and write_image_frames(), and InputError
/// if both names are of one file.
std::vector<std::string> convert_image(const std::filesystem::path& in, const std::filesystem::path& out);

}  // namespace coincide::io
