#pragma once

#include <filesystem>
#include <string_view>

#include "io/placed_series.h"

namespace coincide::io {

/// True if a file that begins so is the header of a MetaImage, the format of ITK.
bool is_metaimage(const std::filesystem::path& path, std::string_view first_bytes);

/// Reads a MetaImage (.mha; .mhd with a file of voxels) of any real numbers, packed or not; a fourth axis is frames
/// without times. Its places are LPS, as ITK has them. Throws FileError. Source: ITK's documentation of MetaIO.
PlacedSeries read_metaimage(const std::filesystem::path& path);

/// Writes NAME.mha, or NAME.mhd and NAME.raw: float32, unit and description as comment. Throws FileError.
void write_metaimage(const std::filesystem::path& path, const recon::ImageSeries& series);

}  // namespace coincide::io
