#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "recon/data/image_series.h"
#include "recon/data/roi.h"

namespace coincide::recon {

/// The whole number that a value of a mask stands for: files scale whole numbers and bring back 2.99995 for 3. Throws
/// InputError where it is further than 0.01 from one, or negative.
std::int64_t label_of(float value);

/// Voxels of a grid under a name.
struct Region {
  std::string name;
  std::vector<VoxelRun> runs;
};

/// The voxels whose middles lie in the shape; where it has a threshold, those of the image at or above it. Throws
/// InputError if there are none.
Region region_of(const Roi& roi, const Image& image);

/// One region per label of a mask, which has whole numbers and 0 outside: "label 1", "label 2" ... Throws InputError
/// for a mask on another grid than the series, without labels, or with values more than 0.01 off a whole number.
std::vector<Region> regions_of(const Image& mask, const ImageGrid& grid);

/// One region in one frame.
struct TimeActivity {
  std::string region;
  double start_s = 0;
  double duration_s = 0;
  double middle_s = 0;
  double mean = 0;                ///< in the series' unit
  double standard_deviation = 0;  ///< between the voxels, divided by their number - 1
  std::int64_t voxels = 0;
};

/// Region after region, each frame after frame. Throws InputError for a series without times, or one that cannot be
/// corrected for decay as asked.
std::vector<TimeActivity> time_activity(const ImageSeries& series, std::span<const Region> regions,
                                        bool decay_corrected = true);

}  // namespace coincide::recon
