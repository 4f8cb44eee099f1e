#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "recon/engine/kernels/neighbours.h"
#include "recon/image.h"

namespace coincide::recon {

using NeighbourWeights = std::array<float, kernels::num_neighbours>;

/// Weights w_e [1/mm^2] of the neighbours' squared differences D_e^2 such that their sum over unordered pairs is
/// |grad x|^2 whatever the voxels' shape: sum_e w_e d_e d_e^T = identity, d_e the offset in mm. Axes along which the
/// grid has one voxel only take no part. All are positive for voxels up to 5 : 1.
NeighbourWeights isotropic_weights(const ImageGrid& grid);

/// The x voxel size over the distance of a neighbour: what STIR takes.
NeighbourWeights distance_weights(const ImageGrid& grid);

/// For each voxel the `count` neighbours whose values are nearest to its own, one bit each; ties go to the nearer one
/// in mm, then to the first in lexicographic order. Source: Bowsher et al., IEEE NSS/MIC 2004.
std::vector<std::uint32_t> nearest_in_value(const ImageGrid& grid, std::span<const float> values, int count);

}  // namespace coincide::recon
