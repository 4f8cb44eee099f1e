#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "recon/image.h"

namespace coincide::tests {

/// An image that STIR wrote (.hv and .v, float, little endian), [x, y, z]. The origin is not read.
inline recon::Image read_stir_image(const std::filesystem::path& header) {
  std::ifstream text(header);
  recon::ImageGrid grid;
  std::string line, data;
  while (std::getline(text, line)) {
    const std::string value = line.substr(std::min(line.size(), line.find(":=") + 3));
    for (std::size_t a = 0; a < 3; ++a) {
      const std::string axis = std::array{"[1] :=", "[2] :=", "[3] :="}[a];
      if (line.find("matrix size " + axis) != std::string::npos) {
        grid.shape[a] = std::stoll(value);
      } else if (line.find("scaling factor (mm/pixel) " + axis) != std::string::npos) {
        grid.voxel_size_mm[a] = std::stof(value);
      }
    }
    if (line.find("name of data file :=") != std::string::npos) {
      data = value;
    }
    if (line.find("number of bytes per pixel :=") != std::string::npos && std::stoi(value) != sizeof(float)) {
      throw std::runtime_error(header.string() + " is no image of floats");
    }
  }
  recon::Image image(grid, 0);
  std::ifstream bytes(header.parent_path() / data, std::ios::binary);
  for (std::int64_t z = 0; z < grid.shape[2]; ++z) {
    for (std::int64_t y = 0; y < grid.shape[1]; ++y) {
      for (std::int64_t x = 0; x < grid.shape[0]; ++x) {
        bytes.read(reinterpret_cast<char*>(&image.at(x, y, z)), sizeof(float));
      }
    }
  }
  if (!bytes) {
    throw std::runtime_error(header.string() + " or its data cannot be read");
  }
  return image;
}

}  // namespace coincide::tests
