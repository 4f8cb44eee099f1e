#pragma once

// The kernels are compiled once per instruction set and once by nvcc. Each of those translation units defines
// COINCIDE_BACKEND, the namespace that its copies live in: with one shared name the linker would keep any one of them,
// and a machine without AVX-512 might run the AVX-512 copy. For the same reason the kernels use nothing of the standard
// library that the compiler may not inline.
#ifndef COINCIDE_BACKEND
#define COINCIDE_BACKEND portable
#endif

#ifdef __CUDACC__
#define COINCIDE_HD __host__ __device__ __forceinline__
#else
#define COINCIDE_HD inline __attribute__((always_inline))
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

/// ImageGrid as the kernels want it.
struct Grid {
  std::int32_t n[3];
  std::int64_t stride[3];
  double origin[3];
  double voxel[3];
  double voxels_per_mm[3];  ///< 1 / voxel
  BoundaryRule boundary;
};

}  // namespace coincide::projectors::COINCIDE_BACKEND
