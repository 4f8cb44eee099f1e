#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "recon/image.h"

namespace coincide::gui {

/// How many are not finite.
std::int64_t count_no_numbers(std::span<const float> values);

/// "3 voxels that are no numbers"; of one likewise.
std::string no_numbers_text(std::int64_t count);

/// What a user is to know of an image with so many; empty for 0.
std::string no_numbers_sentence(std::int64_t count, const recon::ImageGrid& grid);

}  // namespace coincide::gui
