#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "recon/scanner.h"

namespace coincide::io {

/// A rigid motion, 3 x 4, row-major [mm].
using RigidMatrix = std::array<float, 12>;

/// All crystals of a type of module as copies of one box: crystal c of module m is modules[m] * crystals[c] * box.
struct ModuleReplicas {
  std::array<recon::Vec3, 8> box;     ///< corners of crystal 0 of module 0 [mm]
  std::vector<RigidMatrix> crystals;  ///< within the first module
  std::vector<RigidMatrix> modules;
};

/// Finds the motions from the corners of the crystals. Throws InputError if the scanner has no corners, or if a corner
/// would be off by more than 1e-3 mm: crystals of different size, or modules that are no copies of the first.
ModuleReplicas find_replicas(const recon::Scanner& scanner, std::size_t type);

}  // namespace coincide::io
