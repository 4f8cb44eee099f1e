#pragma once

#include <cstdint>
#include <vector>

#include "io/dicom/plane.h"

namespace coincide::io::dicom {

/// The stored numbers of a picture by row, as signed as the file has them. Compressed ones are unpacked by GDCM. Throws
/// FileError, with the name of the file.
std::vector<std::int64_t> stored_numbers(const Plane& plane);

/// What they mean (slope and intercept of the picture), in float by row; `for_padding` where nothing was measured.
std::vector<float> plane_values(const Plane& plane, float for_padding);

}  // namespace coincide::io::dicom
