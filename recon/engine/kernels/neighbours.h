#pragma once

// Penalties on the differences between each voxel and its neighbours in a 3 x 3 x 3 block.

#include <cstdint>

#include "recon/engine/kernels/potentials.h"

namespace coincide::recon::kernels {

inline constexpr int num_neighbours = 26;

/// Offset of neighbour e, -1, 0 or 1 along an axis; in ascending lexicographic order, so that 25 - e is opposite to e.
COINCIDE_HD int neighbour_offset(int e, int axis) {
  const int place = e < num_neighbours / 2 ? e : e + 1;  // in the block, whose middle is the voxel itself
  return (axis == 0 ? place / 9 : axis == 1 ? place / 3 % 3 : place % 3) - 1;
}

/// sum over unordered pairs (j, k) of neighbours: weight kappa_j kappa_k psi(x_j, x_k). A pair counts with the mean of
/// 0 or 1 in both directions where `chosen` has a bit per neighbour (Bowsher).
template <class Potential>
struct PairTerms {
  std::int64_t shape[3];
  std::int64_t stride[3];
  Potential psi;
  float weight[num_neighbours];  ///< 0: not a neighbour
  const float* kappa;            ///< by voxel; 0 outside the mask
  const std::uint32_t* chosen;   ///< by voxel; null: all

  COINCIDE_HD bool inside(const std::int64_t (&place)[3], int e) const {
    bool in = weight[e] != 0;
    for (int a = 0; a < 3; ++a) {
      const std::int64_t next = place[a] + neighbour_offset(e, a);
      in = in && next >= 0 && next < shape[a];
    }
    return in;
  }
  COINCIDE_HD std::int64_t step(int e) const {
    return neighbour_offset(e, 0) * stride[0] + neighbour_offset(e, 1) * stride[1] + neighbour_offset(e, 2) * stride[2];
  }
  /// Half the number of directions in which voxel and neighbour have chosen each other.
  COINCIDE_HD float share(std::int64_t voxel, std::int64_t neighbour, int e) const {
    return chosen == nullptr ? 1.0F
                             : 0.5F * static_cast<float>((chosen[voxel] >> e & 1U) +
                                                         (chosen[neighbour] >> (num_neighbours - 1 - e) & 1U));
  }

  /// Gradient and curvature of the sum at a voxel.
  template <class Real>
  COINCIDE_HD void at(const float* x, const std::int64_t (&place)[3], std::int64_t voxel, Real& gradient,
                      Real& curvature) const {
    gradient = 0;
    curvature = 0;
    for (int e = 0; e < num_neighbours; ++e) {
      if (inside(place, e)) {
        const std::int64_t neighbour = voxel + step(e);
        const Real w = Real(weight[e]) * Real(share(voxel, neighbour, e)) * Real(kappa[neighbour]);
        gradient += w * psi.slope(Real(x[voxel]), Real(x[neighbour]));
        curvature += w * psi.curvature(Real(x[voxel]), Real(x[neighbour]));
      }
    }
    gradient *= Real(kappa[voxel]);
    curvature *= Real(kappa[voxel]);
  }

  /// The voxel's pairs with neighbours that come after it: all voxels together have every pair once.
  COINCIDE_HD double value_at(const float* x, const std::int64_t (&place)[3], std::int64_t voxel) const {
    double sum = 0;
    for (int e = num_neighbours / 2; e < num_neighbours; ++e) {
      if (inside(place, e)) {
        const std::int64_t neighbour = voxel + step(e);
        sum += double{weight[e]} * double{share(voxel, neighbour, e)} * double{kappa[neighbour]} *
               psi.value(double{x[voxel]}, double{x[neighbour]});
      }
    }
    return double{kappa[voxel]} * sum;
  }
};

}  // namespace coincide::recon::kernels
