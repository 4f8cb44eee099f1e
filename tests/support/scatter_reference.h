#pragma once

#include <vector>

#include "recon/image.h"
#include "recon/photon_physics.h"
#include "recon/scatter/scatter_points.h"
#include "recon/scatter/tof_positions.h"
#include "recon/scatter/virtual_cylinder.h"

namespace coincide::tests {

/// Single scatter of pairs a < b of a cylinder's nodes, [pair][position], in double precision and without any table,
/// straight from the formula: what recon::single_scatter() sums, with its steps along the ways. Without TOF there is
/// one position.
std::vector<float> scatter_reference(const recon::Image& activity, const recon::Image& attenuation,
                                     const std::vector<recon::ScatterPoint>& points,
                                     const recon::VirtualCylinder& cylinder, const recon::EnergyWindow& window,
                                     const recon::TofPositions& positions);

}  // namespace coincide::tests
