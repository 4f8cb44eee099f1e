#pragma once

#include <filesystem>
#include <string_view>

#include "io/interfile/interfile_header.h"
#include "io/placed_series.h"

namespace coincide::io {

/// True if CASToR wrote the header, or its keys are CASToR's: the same words mean other places than STIR's.
bool is_castor_dialect(const InterfileHeader& header);

/// True if a file of this name that begins so is the header of an image in CASToR's dialect of Interfile.
bool is_castor_image(const std::filesystem::path& path, std::string_view first_bytes);

/// Reads a CASToR image (.hdr with .img): any numbers, frames one after the other. It is centred on the scanner, but
/// for the offset that the header gives, and its axes are taken as the scanner's. Throws FileError. Source: formats of
/// CASToR 3.1.
PlacedSeries read_castor_image(const std::filesystem::path& path);

/// Writes NAME.hdr and NAME.img: float32. Throws FileError.
void write_castor_image(const std::filesystem::path& path, const recon::ImageSeries& series);

}  // namespace coincide::io
