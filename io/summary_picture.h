#pragma once

#include <filesystem>
#include <string>

#include "recon/image.h"

namespace coincide::io {

struct PictureText {
  std::string title;     ///< first line
  std::string subtitle;  ///< second line, smaller
};

/// Draws three slices through the hottest region and a coronal maximum projection, to scale, with axes in mm and a
/// colour bar, as a PNG file. Needs no display. Throws FileError if it cannot be written.
void write_summary_picture(const std::filesystem::path& path, const recon::Image& image, const PictureText& text);

}  // namespace coincide::io
