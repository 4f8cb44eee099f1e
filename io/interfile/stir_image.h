#pragma once

#include <filesystem>
#include <string_view>

#include "io/placed_series.h"

namespace coincide::io {

/// True if a file of this name that begins so is the header of an image in STIR's dialect of Interfile.
bool is_stir_image(const std::filesystem::path& path, std::string_view first_bytes);

/// Reads a STIR image (.hv, .ahv with .v): any numbers, frames or parameters. z counts from the middle of the scanner,
/// where STIR's projectors have it, not from the first plane; axes become LPS as the patient lies, or as if head first
/// supine. Throws FileError. Source: formats of STIR 6.
PlacedSeries read_stir_image(const std::filesystem::path& path);

/// Writes NAME.hv and NAME.v: float32, scanner axes as if the patient lay head first supine, which it does not say.
/// `number of time frames` stands where AMIDE and STIR both find it. Throws FileError.
void write_stir_image(const std::filesystem::path& path, const recon::ImageSeries& series);

}  // namespace coincide::io
