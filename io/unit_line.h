#pragma once

#include <cstddef>
#include <string>

#include "recon/data/image_series.h"

namespace coincide::io {

// Some formats have one short line of text and no place for a unit: "OSEM, 4 iterations [Bq/mL]".

/// Description and unit in at most so many letters; the unit, at the end, is kept if the description is too long.
std::string unit_line(const recon::ImageSeries& series, std::size_t most_letters);

/// Undoes unit_line(). A line without a unit is a description.
void read_unit_line(const std::string& line, recon::ImageSeries& series);

}  // namespace coincide::io
