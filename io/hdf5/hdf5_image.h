#pragma once

#include <filesystem>
#include <string_view>

#include "io/placed_series.h"

namespace coincide::io {

// Our own layout, for programs that have arrays: a data set `image` in a group of any name, [x, y, z] or [frame, x, y,
// z] with z fastest, as h5py and numpy show it. Attributes of the data set, or of its group: voxel_size_mm[3];
// origin_mm[3], the centre of voxel 0, 0, 0; axes = "x,y,z"; scanner_to_lps[3][3], if the scanner's axes are not the
// patient's; unit; frame_start_s and frame_duration_s, one of each per frame; decay_factor likewise,
// decay_corrected (0 or 1), reference_s, half_life_s, injection_s, time_zero; parameters, one name per line, where
// frames are no times; description, program.

/// True if a file of this name that begins so is HDF5 with an image in it.
bool is_hdf5_image(const std::filesystem::path& path, std::string_view first_bytes);

/// Reads the only image of a file, of any real numbers; of the attributes only voxel_size_mm must be there: without
/// origin_mm it is centred on 0. Throws FileError.
PlacedSeries read_hdf5_image(const std::filesystem::path& path);

/// Writes result/image: float32, one chunk per plane of z, shuffle and deflate 4. Throws FileError.
void write_hdf5_image(const std::filesystem::path& path, const recon::ImageSeries& series);

}  // namespace coincide::io
