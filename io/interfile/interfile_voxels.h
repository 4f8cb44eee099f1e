#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/interfile/interfile_header.h"
#include "recon/data/image_series.h"

namespace coincide::io {

/// Headers with a larger matrix size are wrong.
inline constexpr std::int64_t most_interfile_size = 65535;

// What the dialects of Interfile images have in common.

/// What a stored number means: value = number * slope + intercept. One slope for all, or one for each plane.
struct Rescale {
  std::vector<double> slopes{1};
  double intercept = 0;
};

/// One image of the header's data file in our order. Throws FileError where the file is too short.
std::vector<float> read_interfile_voxels(const InterfileHeader& header, const RawFormat& format,
                                         const std::array<std::int64_t, 3>& shape, std::uint64_t offset,
                                         const Rescale& rescale);

/// Unit and description, which the dialects have no keys for; others skip ours. Lines of a header.
std::string interfile_remarks(const recon::ImageSeries& series);
void read_interfile_remarks(const InterfileHeader& header, recon::ImageSeries& series);

/// The file of the voxels of a header of that name, beside it.
std::filesystem::path voxel_file(const std::filesystem::path& header, const char* suffix);

}  // namespace coincide::io
