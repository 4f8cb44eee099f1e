#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "recon/image.h"

namespace coincide::gui {

enum class RoiShape { sphere, box, threshold };

/// A region of interest in scanner axes.
struct Roi {
  std::string name;
  RoiShape shape = RoiShape::sphere;
  std::array<double, 3> centre_mm{};
  std::array<double, 3> half_size_mm{10, 10, 10};  ///< sphere: the first is the radius. threshold: the box searched
  double threshold = 0;                            ///< of RoiShape::threshold: voxels at or above it, inside the box
};

/// True if the middle of the voxel, which has this value, belongs to the region.
bool contains(const Roi& roi, const std::array<double, 3>& voxel_mm, float value);

struct RoiFigures {
  std::int64_t voxels = 0;
  double volume_ml = 0;
  double mean = 0, standard_deviation = 0;  ///< of the sample: divided by voxels - 1; 0 for fewer than 2
  double least = 0, most = 0;
};

/// Of the voxels whose middles lie in the region.
RoiFigures measure(const Roi& roi, const recon::Image& image);

}  // namespace coincide::gui
