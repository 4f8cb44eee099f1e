#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace coincide::io::dicom {

/// Unpacks run lengths: one segment for each byte of a pixel, the highest first. Returns little-endian pixels. Throws
/// FileError for segments that do not lie in `packed` or do not hold as many pixels. (GDCM crashes at such ones.)
/// Source: DICOM PS3.5, annex G.
std::string unpacked_rle(std::string_view packed, std::size_t pixels, std::size_t bytes_per_pixel);

}  // namespace coincide::io::dicom
