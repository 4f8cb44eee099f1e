#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projectors/geometry.h"
#include "recon/scanner.h"

namespace coincide::recon {

using projectors::ImageGrid;

/// A picture: grid, values [x, y, z] with z fastest, unit, time. Axes are scanner axes.
struct Image {
  ImageGrid grid;
  std::vector<float> values;
  std::string unit;  ///< "Bq/mL", "1/cm", "1"
  double frame_start_s = 0;
  double frame_duration_s = 0;  ///< 0: not known
  std::string description;      ///< one line: program, algorithm
  double tube_kv = 0;           ///< peak voltage of the X-rays that made it; 0: not known, or none

  Image() = default;
  Image(const ImageGrid& grid, float value, std::string unit = {});
  float& at(std::int64_t i, std::int64_t j, std::int64_t k) {
    return values[static_cast<std::size_t>((i * grid.shape[1] + j) * grid.shape[2] + k)];
  }
  float at(std::int64_t i, std::int64_t j, std::int64_t k) const {
    return values[static_cast<std::size_t>((i * grid.shape[1] + j) * grid.shape[2] + k)];
  }
};

/// A grid of `shape` voxels of `voxel_size_mm` whose middle is at `centre_mm`.
ImageGrid centred_grid(const std::array<std::int64_t, 3>& shape, const Vec3& voxel_size_mm, const Vec3& centre_mm);

}  // namespace coincide::recon
