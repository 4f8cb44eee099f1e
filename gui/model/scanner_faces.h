#pragma once

#include <array>
#include <vector>

#include "recon/scanner.h"

namespace coincide::gui {

/// The side of a crystal that looks into the bore: four corners in mm, counter-clockwise seen from the bore.
using CrystalFace = std::array<recon::Vec3, 4>;

/// By crystal id, for pictures: a little smaller than the crystals so that neighbours show. Of a scanner without
/// corners, those of recon::cubes_on_faces.
std::vector<CrystalFace> crystal_faces(const recon::Scanner& scanner);

}  // namespace coincide::gui
