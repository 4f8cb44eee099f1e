#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "io/interfile/stir_sinogram.h"

namespace coincide::io {

/// What the names of the files end in that write_stir_factors() may write.
std::vector<std::string> stir_factor_endings();

/// 1 / m, what counts are multiplied by to correct them, and 1e12 or more where nothing is measured.
std::vector<float> stir_multiplicative(std::span<const float> factor);

/// Writes m and b of the bins of a sinogram as STIR has them: STEM_multiplicative.hs is stir_multiplicative();
/// STEM_additive.hs is b / m, what is added to the projection of an image, and 0 where nothing
/// is measured. Each has the order and the header of the sinogram's own file, in which
/// nothing is new but what says where and how numbers are stored; of scanners that have a table of crystals it lies
/// beside them. `factor` and `additive`: [LOR][TOF bin] as read_share() has them, of so many processes one after the
/// other. Returns the files. Throws FileError if they cannot be written.
std::vector<std::filesystem::path> write_stir_factors(const StirSinogram& sinogram, std::span<const float> factor,
                                                      std::span<const float> additive, int num_processes,
                                                      const std::filesystem::path& stem);

}  // namespace coincide::io
