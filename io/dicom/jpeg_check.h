#pragma once

#include <string_view>

#include "io/dicom/plane.h"

namespace coincide::io::dicom {

/// Throws FileError unless the segments of a JPEG or JPEG-LS picture follow each other down to its pixels, and it is
/// grey and as large as the file says: GDCM ends the program at others. Source: ITU-T T.81, annex B.
void check_jpeg(std::string_view packed, const PixelLayout& layout);

}  // namespace coincide::io::dicom
