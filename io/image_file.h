#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/placed_series.h"
#include "recon/image.h"

namespace coincide::io {

/// Suffixes of the formats that images can be written in, without a dot, the default first. The table is in
/// image_file.cpp.
std::vector<std::string> image_suffixes();

// A path names a file, a folder, or one of several series in a folder (FOLDER#NUMBER). Which format it is, is found
// from what is in it, and else from the suffix.

/// True if it is an image of a known format.
bool is_image(const std::filesystem::path& path);

/// Reads images as they lie in the file, and what the side file (bids_frames.h) says of them. Throws FileError:
/// missing, damaged, of another kind.
PlacedSeries read_placed_series(const std::filesystem::path& path);

/// The same on a straight grid in our order: straightened().
ReadSeries read_image_series(const std::filesystem::path& path);

/// Reads one image, without its side file, on a straight grid in our order. What a user is to be told is added to
/// `warnings`. Throws FileError as read_image_series(), and for more than one frame.
recon::Image read_image(const std::filesystem::path& path, std::vector<std::string>& warnings);
recon::Image read_image(const std::filesystem::path& path);

/// Writes the image in the format of the suffix, under a temporary name first. Throws InputError for an unknown suffix,
/// FileError if it cannot be written.
void write_image(const std::filesystem::path& path, const recon::Image& image);

/// Writes all frames to one file without what stands beside it (bids_frames.h). Throws as write_image_series(), but
/// times may be missing.
void write_image_frames(const std::filesystem::path& path, const recon::ImageSeries& series);

/// Writes all frames to one file, and then their times beside it. Throws as write_image(), and InputError for a series
/// that is empty, inconsistent or without times.
void write_image_series(const std::filesystem::path& path, const recon::ImageSeries& series);

}  // namespace coincide::io
