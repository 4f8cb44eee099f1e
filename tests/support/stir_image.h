#pragma once

#include <filesystem>
#include <stdexcept>

#include "recon/image.h"
#include "support/interfile.h"

namespace coincide::tests {

/// An image that STIR wrote (.hv and .v), [x, y, z], in STIR's axes with the scanner's middle at z = 0.
inline recon::Image read_stir_image(const std::filesystem::path& header) {
  const Interfile file(header);
  recon::ImageGrid grid;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::string index = " [" + std::to_string(axis + 1) + "]";
    grid.shape[axis] = file.count("matrix size" + index);
    grid.voxel_size_mm[axis] = static_cast<float>(file.number("scaling factor (mm/pixel)" + index));
    grid.origin_mm[axis] = static_cast<float>(file.number("first pixel offset (mm)" + index));
  }
  grid.origin_mm[2] -= 0.5F * static_cast<float>(grid.shape[2] - 1) * grid.voxel_size_mm[2];
  recon::Image image(grid, 0);
  const std::vector<float> values = file.values();
  if (values.size() != image.values.size()) {
    throw std::runtime_error(header.string() + " is damaged");
  }
  auto next = values.begin();
  for (std::int64_t z = 0; z < grid.shape[2]; ++z) {
    for (std::int64_t y = 0; y < grid.shape[1]; ++y) {
      for (std::int64_t x = 0; x < grid.shape[0]; ++x) {
        image.at(x, y, z) = *next++;
      }
    }
  }
  return image;
}

}  // namespace coincide::tests
