#pragma once

// The kernels are compiled once per instruction set and once by nvcc. Each of those translation units defines
// COINCIDE_BACKEND, the namespace that its copies live in: with one shared name the linker would keep any one of them,
// and a machine without AVX-512 might run the AVX-512 copy. For the same reason the kernels use nothing of the standard
// library that the compiler may not inline.
#ifndef COINCIDE_BACKEND
#define COINCIDE_BACKEND portable
#endif

#define COINCIDE_PRAGMA(words) _Pragma(#words)
#ifdef __CUDACC__
#define COINCIDE_HD __host__ __device__ __forceinline__
#define COINCIDE_UNROLL(times) COINCIDE_PRAGMA(unroll times)
#else
#define COINCIDE_HD inline __attribute__((always_inline))
#define COINCIDE_UNROLL(times) COINCIDE_PRAGMA(GCC unroll times)
#endif

#include <cstdint>

#include "projectors/geometry.h"

namespace coincide::projectors::COINCIDE_BACKEND {

// Real is float, or in the CPU backend a vector of floats: lanes that do the same sum.
template <class Real>
COINCIDE_HD Real smaller(Real a, Real b) {
  return b < a ? b : a;
}

template <class Real>
COINCIDE_HD Real larger(Real a, Real b) {
  return a < b ? b : a;
}

/// How many sums a Real holds, and a Real of the numbers 0, 1, ... of its lanes.
template <class Real>
struct Lanes;

template <>
struct Lanes<float> {
  static constexpr int count = 1;
  static COINCIDE_HD float numbers() { return 0; }
  static COINCIDE_HD float sum(float x) { return x; }
};

COINCIDE_HD bool is_finite(double x) { return x - x == 0; }

/// x / y to the last bit, as long as nothing overflows, where 1 / y is known: the remainder of the product corrects it
/// (P. Markstein, IBM J. Res. Dev. 34, 111, 1990). Much faster than a division on a GPU.
COINCIDE_HD double divided(double x, double y, [[maybe_unused]] double one_over_y) {
#if defined(__FMA__) || defined(__CUDA_ARCH__)
  const double near = x * one_over_y;
  return __builtin_fma(__builtin_fma(-near, y, x), one_over_y, near);
#else
  return x / y;
#endif
}

/// ImageGrid as the kernels want it.
struct Grid {
  std::int32_t n[3];
  std::int64_t stride[3];
  double origin[3];
  double voxel[3];
  double voxels_per_mm[3];  ///< 1 / voxel
  double low[3], high[3];   ///< faces of the box, as sums in single precision
  BoundaryRule boundary;
};

/// Of two planes or bins: what ends so near to one counts as ending on it, or rounding would decide.
constexpr double tie = 1e-5;

/// From the three numbers of an ImageGrid. The faces are rounded to floats, as the definition's reference has them and
/// as callers place LORs on them: one that runs along a face then lies on it and not beside it by a rounding error.
template <class Integer>
COINCIDE_HD Grid make_grid(const Integer* shape, const float* origin_mm, const float* voxel_size_mm,
                           BoundaryRule boundary) {
  Grid grid;
  for (int k = 0; k < 3; ++k) {
    grid.n[k] = static_cast<std::int32_t>(shape[k]);
    grid.origin[k] = origin_mm[k];
    grid.voxel[k] = voxel_size_mm[k];
    grid.voxels_per_mm[k] = 1.0 / grid.voxel[k];
    const float to_high = static_cast<float>((grid.n[k] - 0.5) * grid.voxel[k]);  // not one operation with the sum
    grid.low[k] = origin_mm[k] - 0.5f * voxel_size_mm[k];
    grid.high[k] = origin_mm[k] + to_high;
  }
  grid.stride[2] = 1;
  grid.stride[1] = grid.n[2];
  grid.stride[0] = static_cast<std::int64_t>(grid.n[1]) * grid.n[2];
  grid.boundary = boundary;
  return grid;
}

inline __attribute__((always_inline)) Grid make_grid(const ImageGrid& grid, BoundaryRule boundary) {
  return make_grid(grid.shape.data(), grid.origin_mm.data(), grid.voxel_size_mm.data(), boundary);
}

}  // namespace coincide::projectors::COINCIDE_BACKEND
