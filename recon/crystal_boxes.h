#pragma once

#include <array>
#include <vector>

#include "recon/scanner.h"

namespace coincide::recon {

/// Bit k of a corner's place in the list says on which side of the middle it is along edge k [mm].
std::array<Vec3, 8> box_corners(const Vec3& middle_mm, const std::array<Vec3, 3>& edges_mm);

/// For scanners that state where crystals are, but not how large: by crystal id, the cube around its centre of which
/// the face that looks along the normal has the area of the crystal's face. An edge is across the axis where the normal
/// is not along it.
std::vector<std::array<Vec3, 8>> cubes_on_faces(const Scanner& scanner);

}  // namespace coincide::recon
