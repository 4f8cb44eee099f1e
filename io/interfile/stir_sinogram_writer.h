#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "io/interfile/stir_axes.h"
#include "io/interfile/stir_sinogram_layout.h"

namespace coincide::io {

/// What stands in the header beside the layout.
struct StirSinogramHead {
  StirAxes axes{};
  double start_s = 0;
  double duration_s = 0;               ///< 0: not said
  std::vector<float> energy_kev = {};  ///< limits of the window; empty: not said
};

/// Writes NAME.hs and NAME.s, 4-byte floating numbers, for a scanner that is a cylinder. `values`: by bin, [LOR][TOF
/// bin] in the layout's order, as HistogramSource::read() gives them. Throws InputError for another path, scanner or
/// number of values; FileError if they cannot be written.
void write_stir_sinogram(const std::filesystem::path& path, const StirSinogramLayout& layout,
                         const StirSinogramHead& head, std::span<const float> values);

}  // namespace coincide::io
