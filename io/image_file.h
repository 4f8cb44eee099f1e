#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/read_series.h"
#include "recon/image.h"

namespace coincide::io {

/// Suffixes of the image formats there are, without a dot, the default first. The table is in image_file.cpp.
std::vector<std::string> image_suffixes();

/// Reads an image of any known format, chosen by the suffix. Values are float, axes in our order and direction (voxel
/// sizes positive). Throws FileError: missing, damaged, of another kind, more than one frame, rotated axes.
recon::Image read_image(const std::filesystem::path& path);

/// Writes the image in the format of the suffix, under a temporary name first. Throws InputError for an unknown suffix,
/// FileError if it cannot be written.
void write_image(const std::filesystem::path& path, const recon::Image& image);

/// Reads an image of one or more frames with what stands beside it about them. Throws FileError.
ReadSeries read_image_series(const std::filesystem::path& path);

/// Writes all frames to one file without what stands beside it (bids_frames.h). Throws as write_image_series(), but
/// times may be missing.
void write_image_frames(const std::filesystem::path& path, const recon::ImageSeries& series);

/// Writes all frames to one file, and their times beside it. Throws as write_image(), and InputError for a series that
/// is empty, inconsistent or without times.
void write_image_series(const std::filesystem::path& path, const recon::ImageSeries& series);

}  // namespace coincide::io
