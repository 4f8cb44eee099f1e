#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/yardl_value.h"
#include "recon/events.h"
#include "recon/scanner.h"

namespace coincide::io {

/// How a file counts singles, as its header says.
struct PetsirdSingles {
  /// [type][energy bin of singles]: the window of the events that it is a part of; -1: of none.
  std::vector<std::vector<std::int32_t>> window;
  std::vector<std::vector<std::int32_t>> unit_of_module;  ///< [type][module]; -1: not counted. Empty: each by itself
  std::string problem;  ///< why singles so counted say nothing of the randoms; empty if they do
};

/// Of the header's record `scanner`, in any version of the model.
PetsirdSingles understand_petsird_singles(const YardlValue& info, const recon::Scanner& scanner);

/// What a field of a block of singles says, dealt to the scanner's detection bins: those of modules and of units of
/// several evenly to their crystals. The time is not set; no bins where the field holds nothing. Throws FileError (a
/// part of a sentence) for numbers that do not fit the scanner.
recon::SinglesCounts read_singles(std::string_view field, const YardlValue& value, const PetsirdSingles& how,
                                  const recon::Scanner& scanner);

}  // namespace coincide::io
