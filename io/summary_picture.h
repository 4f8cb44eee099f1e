#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "recon/figures/disc.h"
#include "recon/image.h"

namespace coincide::io {

struct PictureText {
  std::string title;     ///< first line
  std::string subtitle;  ///< second line, smaller
};

/// Draws three slices through the hottest region and a coronal maximum projection, to scale, with axes in mm and a
/// colour bar, as a PNG file. Needs no display. With `regions` the slices go through the first of them instead, and
/// those of its plane are drawn. Throws FileError if it cannot be written.
void write_summary_picture(const std::filesystem::path& path, const recon::Image& image, const PictureText& text,
                           std::span<const recon::Disc> regions = {});

}  // namespace coincide::io
