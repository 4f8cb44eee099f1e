#pragma once

#include <cuda_runtime.h>

#include <type_traits>

#include "projectors/kernels/operations.h"

// What a GPU thread does with its LOR beyond the common source: planes in the image's interior without the tests and
// addresses of kernels/joseph.h, and additions to an image that all threads share.

namespace coincide::projectors::COINCIDE_BACKEND {

/// x >= 0 as a whole number, which index_bias is added to, and a rest. Adding 2^23 shifts the fraction out of the
/// number: conversions between float and integer are issued at a quarter of the rate of additions.
#ifdef __CUDA_ARCH__
constexpr float two_23 = 8388608.0f;
constexpr std::int32_t index_bias = 0x4b000000;  // the bits of 2^23
COINCIDE_HD std::int32_t biased_index(float x, float& rest) {
  const float shifted = __fadd_rd(x, two_23);
  rest = x - (shifted - two_23);
  return __float_as_int(shifted);
}
#else
constexpr std::int32_t index_bias = 0;
COINCIDE_HD std::int32_t biased_index(float x, float& rest) {
  const std::int32_t whole = static_cast<std::int32_t>(x);
  rest = x - static_cast<float>(whole);
  return whole;
}
#endif

/// a * b + c. One instruction on the device, which the compiler does not find where it moves the widening of `b` out of
/// a loop.
COINCIDE_HD std::int64_t multiply_add(std::int32_t a, std::int32_t b, std::int64_t c) {
#ifdef __CUDA_ARCH__
  std::int64_t result;
  asm("mad.wide.s32 %0, %1, %2, %3;" : "=l"(result) : "r"(a), "r"(b), "l"(c));
  return result;
#else
  return std::int64_t{a} * b + c;
#endif
}

/// The four voxels around a ray's point on a plane of the interior: the lower one along u and v, the next along u, each
/// with its neighbour along v; and the place between them.
template <class Float>
struct Cell {
  Float* low;
  Float* high;
  float f_u, f_v;
};

/// Finds the cells of a ray's interior planes. Kernels are bound by the instructions that they issue, hence the pains:
/// offsets in bytes, whose strides across a plane fit in 32 bits (CudaLauncher sees to that), and `neighbours` says
/// that voxels along v are neighbours in memory. Float is const or not.
template <bool neighbours, class Float>
class InnerPlanes {
  using Byte = std::conditional_t<std::is_const_v<Float>, const char, char>;

 public:
  COINCIDE_HD InnerPlanes(const Ray& ray, Float* image)
      : image_(reinterpret_cast<Byte*>(image)),
        u_bytes_(static_cast<std::int32_t>(ray.stride_u * sizeof(float))),
        v_bytes_(neighbours ? sizeof(float) : static_cast<std::int32_t>(ray.stride_v * sizeof(float))),
        k_bytes_(ray.stride_k * sizeof(float)),
        start_(-std::int64_t{index_bias} * u_bytes_ - std::int64_t{index_bias} * v_bytes_) {}

  /// `number` is the plane as a float.
  COINCIDE_HD Cell<Float> cell(const Ray& ray, std::int32_t plane, float number) const {
    return cell_in_row(ray, start_ + plane * k_bytes_, number);
  }

  /// The voxel along v next to one of a cell.
  COINCIDE_HD Float* next(Float* voxel) const {
    return reinterpret_cast<Float*>(reinterpret_cast<Byte*>(voxel) + v_bytes_);
  }

  /// Calls visit(cell, plane) for all of them.
  template <class Visit>
  COINCIDE_HD void for_all(const Ray& ray, Visit&& visit) const {
    float plane = static_cast<float>(ray.inner_first);
    std::int64_t row = start_ + ray.inner_first * k_bytes_;
    COINCIDE_UNROLL(4)
    for (std::int32_t left = ray.inner_last - ray.inner_first + 1; left > 0; --left) {
      visit(cell_in_row(ray, row, plane), plane);
      plane += 1;
      row += k_bytes_;
    }
  }

 private:
  /// `row` is the offset of the plane, moved by the bias of the indices.
  COINCIDE_HD Cell<Float> cell_in_row(const Ray& ray, std::int64_t row, float plane) const {
    Cell<Float> cell;
    const std::int32_t u = biased_index(plane * ray.u_step + ray.u_0, cell.f_u);
    const std::int32_t v = biased_index(plane * ray.v_step + ray.v_0, cell.f_v);
    Byte* low = image_ + multiply_add(v, v_bytes_, multiply_add(u, u_bytes_, row));
    cell.low = reinterpret_cast<Float*>(low);
    cell.high = reinterpret_cast<Float*>(low + u_bytes_);
    return cell;
  }

  Byte* image_;
  std::int32_t u_bytes_, v_bytes_;
  std::int64_t k_bytes_;
  std::int64_t start_;
};

template <bool neighbours>
COINCIDE_HD float interpolate(const InnerPlanes<neighbours, const float>& planes, const Cell<const float>& cell) {
  const float a = *cell.low, b = *planes.next(cell.low), c = *cell.high, d = *planes.next(cell.high);
  const float low = a + cell.f_v * (b - a);
  const float high = c + cell.f_v * (d - c);
  return low + cell.f_u * (high - low);
}

/// An image that all threads add to. On devices that add two neighbouring floats at once (compute capability 9) the
/// pairs that begin at an odd address go to a second image, the shadow, where they begin at an even one.
struct Target {
  float* image;
  std::int64_t to_shadow_bytes;  ///< from a voxel at an odd address to its shadow; 0: single additions
};

COINCIDE_HD void add(float* at, float value) {
#if defined(__CUDA_ARCH__) || defined(COINCIDE_CUDA_ON_HOST)
  atomicAdd(at, value);
#else
  *at += value;
#endif
}

/// To two neighbouring voxels.
COINCIDE_HD void add_pair([[maybe_unused]] const Target& target, float* at, float one, float other) {
#if (defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900) || defined(COINCIDE_CUDA_ON_HOST)
  if (target.to_shadow_bytes != 0) {
    const bool odd = (reinterpret_cast<std::uintptr_t>(at) & sizeof(float)) != 0;
    char* even = reinterpret_cast<char*>(at) + (odd ? target.to_shadow_bytes : 0);
    atomicAdd(reinterpret_cast<float2*>(even), make_float2(one, other));
    return;
  }
#endif
  add(at, one);
  add(at + 1, other);
}

template <bool neighbours>
COINCIDE_HD void add_cell(const InnerPlanes<neighbours, float>& planes, const Target& target, const Cell<float>& cell,
                          float value) {
  const float high = value * cell.f_u;
  const float low = value - high;
  const float low_next = low * cell.f_v;
  const float high_next = high * cell.f_v;
  if constexpr (neighbours) {
    add_pair(target, cell.low, low - low_next, low_next);
    add_pair(target, cell.high, high - high_next, high_next);
  } else {
    add(cell.low, low - low_next);
    add(planes.next(cell.low), low_next);
    add(cell.high, high - high_next);
    add(planes.next(cell.high), high_next);
  }
}

/// Calls use(planes) with the InnerPlanes of the ray.
template <class Float, class Use>
COINCIDE_HD void with_inner_planes(const Ray& ray, Float* image, Use&& use) {
  if (ray.stride_v == 1) {
    use(InnerPlanes<true, Float>(ray, image));
  } else {
    use(InnerPlanes<false, Float>(ray, image));
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
  } else {
    with_event_weight(p.tof, [&](auto&& weight_at) {
      use([&](float plane) { return weight_at(event_distance(p.tof, p.ray, plane)); });
    });
  }
}

/// A LOR ready for forward_one(), which finds the rest of its norm on the way.
template <class Kernel>
COINCIDE_HD Prepared<Kernel> prepare_forward(const Grid& grid, const Lors& lors, const Kernel& kernel,
                                             std::int64_t lor) {
  return prepare<float, Norm::outside>(grid, lors, kernel, lor);
}

/// The one measurement of a LOR that prepare_forward() made. From then on it is ready for back_one(), too.
template <class Kernel>
COINCIDE_HD float forward_one(const Grid& grid, const Kernel& kernel, Prepared<Kernel>& p, const float* image) {
  if (p.ray.empty()) {
    return 0;
  }
  float sum = 0, norm = 0;
  const auto count = [&](float weight, float value) {
    norm += weight;
    sum += weight * value;
  };
  with_weights(kernel, p, [&](auto&& weight) {
    with_inner_planes(p.ray, image, [&](const auto& planes) {
      planes.for_all(
          p.ray, [&](const Cell<const float>& cell, float plane) { count(weight(plane), interpolate(planes, cell)); });
    });
    for_border_planes(p.ray, grid.boundary, [&](std::int32_t plane, const Corners& corners) {
      count(weight(static_cast<float>(plane)), gather(image, corners));
    });
  });
  kernel.set_scale(p.tof, norm);
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
    with_inner_planes(p.ray, target.image, [&](const auto& planes) {
      planes.for_all(
          p.ray, [&](const Cell<float>& cell, float plane) { add_cell(planes, target, cell, scaled * weight(plane)); });
    });
    for_border_planes(p.ray, grid.boundary, [&](std::int32_t plane, const Corners& corners) {
      const float plane_value = scaled * weight(static_cast<float>(plane));
      for (int i = 0; i < 4; ++i) {
        add(target.image + corners.at[i], corners.weight[i] * plane_value);
      }
    });
  });
}

}  // namespace coincide::projectors::COINCIDE_BACKEND
