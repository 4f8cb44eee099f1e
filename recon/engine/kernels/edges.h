#pragma once

// Penalties on the gradient of the image: smoothed total variation and, with directions of an anatomical image,
// parallel level sets. One voxel at a time.

#include <cmath>
#include <cstdint>

#include "projectors/kernels/backend.h"

namespace coincide::recon::kernels {

/// weight (sqrt(smooth^2 + |g|^2 - (g . xi)^2) - offset) per voxel; g: forward differences over the voxel size, 0
/// beyond the last voxel and across the border of the mask, outside of which weights are 0. Sources: Rudin, Osher and
/// Fatemi, Physica D 60, 1992; Ehrhardt et al., IEEE Trans. Med. Imaging 35(9), 2016.
struct EdgeTerms {
  std::int64_t shape[3];
  std::int64_t stride[3];
  float voxels_per_mm[3];
  float smooth;             ///< in the unit of the image per mm, > 0
  float offset;             ///< what the root is for a flat image, or 0
  const float* weight;      ///< by voxel
  const float* directions;  ///< xi, 3 per voxel, length below 1; null: none

  /// d of the voxel's term by its three forward differences, over the voxel size; and 1 / root.
  template <class Real>
  struct Flux {
    Real along[3];
    Real over_root;
    Real value;
  };

  /// Whether the difference to the next voxel counts.
  COINCIDE_HD bool has_next(const std::int64_t (&place)[3], std::int64_t voxel, int a) const {
    return place[a] + 1 < shape[a] && weight[voxel + stride[a]] > 0;
  }

  template <class Real>
  COINCIDE_HD Flux<Real> flux(const float* x, const std::int64_t (&place)[3], std::int64_t voxel) const {
    Real g[3], square = Real(smooth) * Real(smooth), along_xi = 0;
    bool inside[3];
    for (int a = 0; a < 3; ++a) {
      inside[a] = has_next(place, voxel, a);
      g[a] = inside[a] ? (Real(x[voxel + stride[a]]) - Real(x[voxel])) * Real(voxels_per_mm[a]) : Real(0);
      square += g[a] * g[a];
      along_xi += directions != nullptr ? g[a] * Real(directions[3 * voxel + a]) : Real(0);
    }
    const Real root = std::sqrt(square - along_xi * along_xi);
    Flux<Real> result;
    result.over_root = Real(weight[voxel]) / root;
    result.value = Real(weight[voxel]) * (root - Real(offset));
    for (int a = 0; a < 3; ++a) {
      const Real xi = directions != nullptr ? Real(directions[3 * voxel + a]) : Real(0);
      result.along[a] = inside[a] ? result.over_root * (g[a] - along_xi * xi) * Real(voxels_per_mm[a]) : Real(0);
    }
    return result;
  }

  COINCIDE_HD double value_at(const float* x, const std::int64_t (&place)[3], std::int64_t voxel) const {
    return flux<double>(x, place, voxel).value;
  }

  /// The gradient of the sum of all terms at a voxel, and a bound of its curvature.
  template <class Real>
  COINCIDE_HD void at(const float* x, const std::int64_t (&place)[3], std::int64_t voxel, Real& gradient,
                      Real& curvature) const {
    const Flux<Real> own = flux<Real>(x, place, voxel);
    gradient = 0;
    curvature = 0;
    for (int a = 0; a < 3; ++a) {
      const Real squared = Real(voxels_per_mm[a]) * Real(voxels_per_mm[a]);
      gradient -= own.along[a];
      curvature += has_next(place, voxel, a) ? own.over_root * squared : Real(0);
      if (place[a] > 0) {
        std::int64_t before[3] = {place[0], place[1], place[2]};
        --before[a];
        const Flux<Real> neighbour = flux<Real>(x, before, voxel - stride[a]);
        gradient += neighbour.along[a];
        curvature += neighbour.over_root * squared;
      }
    }
  }
};

}  // namespace coincide::recon::kernels
