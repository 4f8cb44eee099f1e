#pragma once

#include <filesystem>

#include "recon/scatter/scatter_result.h"

namespace coincide::io {

/// An estimate of scatter, for other jobs of the same data. HDF5: data sets positions, sums ([resolution][pair of
/// nodes][position], see recon::ScatterEstimate), sigmas_mm, axial_mm and factors of the scale; the rest as attributes.
/// Throws FileError.
void write_scatter(const std::filesystem::path& path, const recon::ScatterResult& result);

/// Throws FileError, with a sentence about the file, for one that is none.
recon::ScatterResult read_scatter(const std::filesystem::path& path);

}  // namespace coincide::io
