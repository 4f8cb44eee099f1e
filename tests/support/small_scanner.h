#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

#include "recon/scanner.h"

namespace coincide::tests {

/// A ring of flat modules around the z axis, small enough that a test can visit every pair of crystals.
struct SmallScannerOptions {
  int modules = 8;
  int transaxial = 3;  ///< crystals of a module around the ring
  int axial = 2;       ///< crystals of a module along z: the rings
  float radius_mm = 60;
  float pitch_mm = 8;  ///< from crystal to crystal
  float width_mm = 7;  ///< edges of a crystal's face
  float depth_mm = 10;
  int tof_bins = 1;
  float tof_width_mm = 400;  ///< of one bin
  float tof_sigma_mm = 20;
  float turn_rad = 0;  ///< about z; a little lets no LOR run at 45 degrees, where two axes are as good for Joseph
};

/// One module type, one energy window. Crystal centres lie at the radius or, away from their module's middle, beyond.
inline recon::Scanner small_scanner(const SmallScannerOptions& options = {}) {
  recon::Scanner scanner;
  scanner.name = "small ring";
  const float step_rad = 2 * std::numbers::pi_v<float> / static_cast<float>(options.modules);
  for (int m = 0; m < options.modules; ++m) {
    const float angle_rad = options.turn_rad + static_cast<float>(m) * step_rad;
    const recon::Vec3 out{std::cos(angle_rad), std::sin(angle_rad), 0};
    const recon::Vec3 along{-out[1], out[0], 0};
    for (int t = 0; t < options.transaxial; ++t) {
      const float offset_mm =
          (static_cast<float>(t) - 0.5F * static_cast<float>(options.transaxial - 1)) * options.pitch_mm;
      for (int z = 0; z < options.axial; ++z) {
        const float z_mm = (static_cast<float>(z) - 0.5F * static_cast<float>(options.axial - 1)) * options.pitch_mm;
        const recon::Vec3 centre{options.radius_mm * out[0] + offset_mm * along[0],
                                 options.radius_mm * out[1] + offset_mm * along[1], z_mm};
        scanner.crystal_centre_mm.push_back(centre);
        scanner.crystal_normal.push_back({-out[0], -out[1], 0});
        scanner.crystal_face_mm2.push_back(options.width_mm * options.width_mm);
        scanner.crystal_module.push_back(static_cast<std::uint32_t>(m));
        scanner.crystal_type.push_back(0);
        std::array<recon::Vec3, 8> corners;
        for (std::size_t corner = 0; corner < corners.size(); ++corner) {
          const float deep = (corner & 1U ? 0.5F : -0.5F) * options.depth_mm;
          const float wide = (corner & 2U ? 0.5F : -0.5F) * options.width_mm;
          const float high = (corner & 4U ? 0.5F : -0.5F) * options.width_mm;
          corners[corner] = {centre[0] + deep * out[0] + wide * along[0], centre[1] + deep * out[1] + wide * along[1],
                             centre[2] + high};
        }
        scanner.crystal_corners_mm.push_back(corners);
      }
    }
  }
  scanner.module_types.push_back({.first_crystal = 0,
                                  .num_modules = static_cast<std::uint32_t>(options.modules),
                                  .crystals_per_module = static_cast<std::uint32_t>(options.transaxial * options.axial),
                                  .energy_edges_kev = {430, 650}});
  for (int bin = 0; bin < options.tof_bins; ++bin) {
    const float centre_mm =
        (static_cast<float>(bin) - 0.5F * static_cast<float>(options.tof_bins - 1)) * options.tof_width_mm;
    scanner.tof_bins.push_back(
        {.centre_mm = centre_mm, .width_mm = options.tof_width_mm, .sigma_mm = options.tof_sigma_mm});
  }
  scanner.tof_ranges.push_back({.first = 0, .count = static_cast<std::uint32_t>(options.tof_bins)});
  return scanner;
}

}  // namespace coincide::tests
