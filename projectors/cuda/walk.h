#pragma once

#include <cuda_runtime.h>

#include "projectors/kernels/operations.h"

// What a GPU thread does with its LOR beyond the common source: planes in the image's interior without the tests and
// addresses of kernels/joseph.h, and additions to an image that all threads share.

namespace coincide::projectors::COINCIDE_BACKEND {

/// x >= 0 as a whole number and a rest. Adding 2^23 shifts the fraction out of the number: conversions between float
/// and integer are issued at a quarter of the rate of additions.
COINCIDE_HD void split(float x, std::int32_t& whole, float& rest) {
#ifdef __CUDA_ARCH__
  constexpr float two_23 = 8388608.0f;
  const float shifted = __fadd_rd(x, two_23);
  whole = __float_as_int(shifted) - __float_as_int(two_23);
  rest = x - (shifted - two_23);
#else
  whole = static_cast<std::int32_t>(x);
  rest = x - static_cast<float>(whole);
#endif
}

/// The lower left of the four voxels around a ray's point on a plane of the interior, and the place between them.
struct Cell {
  std::int64_t at;
  float f_u, f_v;
};

/// `row` is plane * ray.stride_k. Strides across the plane fit in 32 bits (CudaLauncher checks that): the products are
/// one instruction each.
COINCIDE_HD Cell cell_at(const Ray& ray, std::int64_t row, float plane) {
  std::int32_t i_u, i_v;
  Cell cell;
  split(plane * ray.u_step + ray.u_0, i_u, cell.f_u);
  split(plane * ray.v_step + ray.v_0, i_v, cell.f_v);
  cell.at = row + static_cast<std::int64_t>(i_u) * static_cast<std::int32_t>(ray.stride_u) +
            static_cast<std::int64_t>(i_v) * static_cast<std::int32_t>(ray.stride_v);
  return cell;
}

COINCIDE_HD float interpolate(const Ray& ray, const float* image, const Cell& cell) {
  const float* low = image + cell.at;
  const float* high = low + static_cast<std::int32_t>(ray.stride_u);
  const std::int32_t v = static_cast<std::int32_t>(ray.stride_v);
  const float a = low[0] + cell.f_v * (low[v] - low[0]);
  const float b = high[0] + cell.f_v * (high[v] - high[0]);
  return a + cell.f_u * (b - a);
}

/// An image that all threads add to. On devices that add two neighbouring floats at once (compute capability 9) the
/// pairs that begin at an odd address go to a second image, `shadow`, where they begin at an even one: shadow[i + 1]
/// stands for image[i]. Null: single additions.
struct Target {
  float* image;
  float* shadow;
};

COINCIDE_HD void add(const Target& target, std::int64_t at, float value) {
#if defined(__CUDA_ARCH__) || defined(COINCIDE_CUDA_ON_HOST)
  atomicAdd(target.image + at, value);
#else
  target.image[at] += value;
#endif
}

/// To the voxels `at` and `at` + 1.
COINCIDE_HD void add_pair(const Target& target, std::int64_t at, float one, float other) {
#if (defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900) || defined(COINCIDE_CUDA_ON_HOST)
  if (target.shadow != nullptr) {
    float* base = (at & 1) != 0 ? target.shadow + 1 : target.image;
    atomicAdd(reinterpret_cast<float2*>(base + at), make_float2(one, other));
    return;
  }
#endif
  add(target, at, one);
  add(target, at + 1, other);
}

/// `pairs`: neighbours along v are neighbours in memory.
template <bool pairs>
COINCIDE_HD void add_cell(const Ray& ray, const Target& target, const Cell& cell, float value) {
  const float high = value * cell.f_u;
  const float low = value - high;
  const float low_right = low * cell.f_v;
  const float high_right = high * cell.f_v;
  const std::int64_t above = cell.at + static_cast<std::int32_t>(ray.stride_u);
  if constexpr (pairs) {
    add_pair(target, cell.at, low - low_right, low_right);
    add_pair(target, above, high - high_right, high_right);
  } else {
    const std::int32_t v = static_cast<std::int32_t>(ray.stride_v);
    add(target, cell.at, low - low_right);
    add(target, cell.at + v, low_right);
    add(target, above, high - high_right);
    add(target, above + v, high_right);
  }
}

/// Calls visit(row, plane) for the planes of the interior; row as for cell_at().
template <class Visit>
COINCIDE_HD void for_inner_planes(const Ray& ray, Visit&& visit) {
  float plane = static_cast<float>(ray.inner_first);
  std::int64_t row = ray.inner_first * ray.stride_k;
  COINCIDE_UNROLL(4)
  for (std::int32_t left = ray.inner_last - ray.inner_first + 1; left > 0; --left) {
    visit(row, plane);
    plane += 1;
    row += ray.stride_k;
  }
}

/// Calls visit(plane, corners) for the planes at the border, which are few.
template <class Visit>
COINCIDE_HD void for_border_planes(const Ray& ray, BoundaryRule boundary, Visit&& visit) {
  const bool has_inner = ray.inner_first <= ray.inner_last;
  COINCIDE_UNROLL(1)
  for (std::int32_t plane = ray.first; plane <= ray.last; ++plane) {
    if (has_inner && plane == ray.inner_first) {
      plane = ray.inner_last;
    } else {
      visit(plane, border_corners(ray, plane, boundary));
    }
  }
}

/// Calls use(weight), weight(plane) being that of the kernel with all that it reads in registers.
template <class Kernel, class Use>
COINCIDE_HD void with_weights(const Kernel& kernel, const Prepared<Kernel>& p, Use&& use) {
  if constexpr (std::is_same_v<Kernel, NoTofKernel>) {
    use([&](float plane) { return kernel.weight(p.tof, p.ray, plane); });
  } else if (p.tof.weights != nullptr) {
    const EventWeights weights = *p.tof.weights;
    use([&](float plane) { return weight_by_polynomial(weights, event_distance(p.tof, p.ray, plane)); });
  } else {
    use([&](float plane) { return weight_by_erf(p.tof, event_distance(p.tof, p.ray, plane)); });
  }
}

/// The one measurement of a LOR.
template <class Kernel>
COINCIDE_HD float forward_one(const Grid& grid, const Kernel& kernel, const Prepared<Kernel>& p, const float* image) {
  if (p.ray.empty()) {
    return 0;
  }
  float sum = 0;
  with_weights(kernel, p, [&](auto&& weight) {
    for_inner_planes(p.ray, [&](std::int64_t row, float plane) {
      sum += weight(plane) * interpolate(p.ray, image, cell_at(p.ray, row, plane));
    });
    for_border_planes(p.ray, grid.boundary, [&](std::int32_t plane, const Corners& corners) {
      sum += weight(static_cast<float>(plane)) * gather(image, corners);
    });
  });
  return kernel.scale(p.tof) * sum;
}

/// Adds the one measurement `value` of a LOR to the image.
template <class Kernel>
COINCIDE_HD void back_one(const Grid& grid, const Kernel& kernel, const Prepared<Kernel>& p, float value,
                          const Target& target) {
  if (p.ray.empty()) {
    return;
  }
  const float scaled = kernel.scale(p.tof) * value;
  with_weights(kernel, p, [&](auto&& weight) {
    if (p.ray.stride_v == 1) {
      for_inner_planes(p.ray, [&](std::int64_t row, float plane) {
        add_cell<true>(p.ray, target, cell_at(p.ray, row, plane), scaled * weight(plane));
      });
    } else {
      for_inner_planes(p.ray, [&](std::int64_t row, float plane) {
        add_cell<false>(p.ray, target, cell_at(p.ray, row, plane), scaled * weight(plane));
      });
    }
    for_border_planes(p.ray, grid.boundary, [&](std::int32_t plane, const Corners& corners) {
      const float plane_value = scaled * weight(static_cast<float>(plane));
      for (int i = 0; i < 4; ++i) {
        add(target, corners.at[i], corners.weight[i] * plane_value);
      }
    });
  });
}

}  // namespace coincide::projectors::COINCIDE_BACKEND
