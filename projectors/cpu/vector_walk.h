#pragma once

// The walk through several planes of a LOR at once, in vectors of floats. It computes what kernels/operations.h does,
// with the same weights and TOF kernels; only additions come in another order.

#include <immintrin.h>

#include "projectors/kernels/operations.h"

namespace coincide::projectors::COINCIDE_BACKEND {

#if defined(__AVX512F__)
constexpr int lanes = 16;
#elif defined(__AVX2__)
constexpr int lanes = 8;
#else
constexpr int lanes = 1;  ///< no vectors: the scalar walk
#endif

using Floats = float __attribute__((vector_size(4 * (lanes == 1 ? 4 : lanes))));
using Ints = std::int32_t __attribute__((vector_size(4 * (lanes == 1 ? 4 : lanes))));

COINCIDE_HD Ints lane_numbers() {
  Ints numbers{};
  for (int i = 0; i < static_cast<int>(sizeof(Ints) / 4); ++i) {
    numbers[i] = i;
  }
  return numbers;
}

/// By halves, so that no chain of additions as long as the vector arises.
template <class Vector>
COINCIDE_HD float sum_of_lanes(Vector x) {
  constexpr int count = sizeof(Vector) / sizeof(float);
  using Quarter = float __attribute__((vector_size(16)));
  Quarter quarters[count / 4];
  __builtin_memcpy(quarters, &x, sizeof(x));
  for (int half = count / 8; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) {
      quarters[i] += quarters[i + half];
    }
  }
  return (quarters[0][0] + quarters[0][1]) + (quarters[0][2] + quarters[0][3]);
}

template <>
struct Lanes<Floats> {
  static constexpr int count = sizeof(Floats) / sizeof(float);
  static COINCIDE_HD Floats numbers() { return __builtin_convertvector(lane_numbers(), Floats); }
  static COINCIDE_HD float sum(Floats x) { return sum_of_lanes(x); }
};

/// Both coordinates of a plane's four neighbours have two voxels to choose from, and offsets fit 32 bits.
COINCIDE_HD bool fits_vectors(const Grid& grid) {
  return lanes > 1 && grid.n[0] > 1 && grid.n[1] > 1 && grid.n[2] > 1 &&
         static_cast<std::int64_t>(grid.n[0]) * grid.stride[0] < (std::int64_t{1} << 31);
}

/// One coordinate of some planes: the lower neighbour, kept so that it and the next exist, and the weights of both.
struct Neighbours {
  Ints low;
  Floats weight_low, weight_high;
};

/// A coordinate that is not a number counts as 0: larger(zero, NaN) is zero.
template <BoundaryRule boundary>
COINCIDE_HD Neighbours neighbours(Floats x, std::int32_t n) {
  const Floats zero{};
  if constexpr (boundary == BoundaryRule::clamped) {
    x = smaller(larger(zero, x), zero + static_cast<float>(n - 1));
    const Ints low = smaller(__builtin_convertvector(x, Ints), Ints{} + (n - 2));
    const Floats f = x - __builtin_convertvector(low, Floats);
    return {low, 1 - f, f};
  } else {
    // x >= -1/2: cut to 0 where it is negative. The weight of a neighbour falls to 0 at a distance of 1.
    const Ints low = __builtin_convertvector(smaller(larger(zero, x), zero + static_cast<float>(n - 2)), Ints);
    const Floats f = x - __builtin_convertvector(low, Floats);
    return {low, larger(zero, 1 - (f < zero ? -f : f)), larger(zero, f > 1 ? 2 - f : f)};
  }
}

/// The four weights of some planes, those of planes after the last being 0, and where their rows begin.
struct Block {
  Floats plane;
  Floats low_low, low_high, high_low, high_high;  ///< first word: u, second: v
  alignas(64) std::int32_t offset[lanes];
};

template <BoundaryRule boundary>
COINCIDE_HD Block make_block(const Ray& ray, std::int32_t first) {
  const Ints lane = lane_numbers() + first;
  const Ints planes = smaller(lane, Ints{} + ray.last);
  Block block;
  block.plane = __builtin_convertvector(planes, Floats);
  const Neighbours u = neighbours<boundary>(block.plane * ray.u_step + ray.u_0, ray.n_u);
  const Neighbours v = neighbours<boundary>(block.plane * ray.v_step + ray.v_0, ray.n_v);
  const Ints offset = planes * static_cast<std::int32_t>(ray.stride_k) +
                      u.low * static_cast<std::int32_t>(ray.stride_u) + v.low * static_cast<std::int32_t>(ray.stride_v);
  __builtin_memcpy(block.offset, &offset, sizeof(block.offset));
  asm("" : "+m"(block.offset));  // keeps the compiler from widening them in registers, which it then spills
  Floats whole = Floats{} + 1;
  if constexpr (boundary == BoundaryRule::clamped) {
    whole =
        larger(smaller(block.plane + 0.5f, Floats{} + ray.leaves) - larger(block.plane - 0.5f, Floats{} + ray.enters),
               Floats{});
  }
  whole = lane > ray.last ? Floats{} : whole;
  const Floats u_low = u.weight_low * whole;
  const Floats u_high = u.weight_high * whole;
  block.low_low = u_low * v.weight_low;
  block.low_high = u_low * v.weight_high;
  block.high_low = u_high * v.weight_low;
  block.high_high = u_high * v.weight_high;
  return block;
}

/// Four lanes after four others into one vector, without going through memory.
template <class Quarter>
COINCIDE_HD Floats join(const Quarter (&quarters)[lanes / 4 + (lanes < 4)]) {
#if defined(__AVX512F__)
  const __m512 low = _mm512_insertf32x4(_mm512_castps128_ps512(quarters[0]), quarters[1], 1);
  return (Floats)_mm512_insertf32x4(_mm512_insertf32x4(low, quarters[2], 2), quarters[3], 3);
#elif defined(__AVX2__)
  return (Floats)_mm256_insertf128_ps(_mm256_castps128_ps256(quarters[0]), quarters[1], 1);
#else
  return (Floats)quarters[0];
#endif
}

/// The four neighbours of the planes of a block.
struct Footprint {
  Floats low_low, low_high, high_low, high_high;
};

/// Where neighbours along v lie side by side: one load of 8 bytes for both.
COINCIDE_HD Footprint load_pairs(const float* image, std::int64_t stride_u, const std::int32_t* offset) {
  constexpr int quarters = lanes / 4 + (lanes < 4);
  __m128 low_low[quarters], low_high[quarters], high_low[quarters], high_high[quarters];
  const float* image_u = image + stride_u;
  const auto first_pair = [](const float* at) {
    return _mm_castsi128_ps(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(at)));
  };
  const auto second_pair = [](__m128 first, const float* at) {
    return _mm_loadh_pi(first, reinterpret_cast<const __m64*>(at));
  };
#pragma GCC unroll 4
  for (int i = 0; i + 3 < lanes; i += 4) {
    const std::int64_t o[4] = {offset[i], offset[i + 1], offset[i + 2], offset[i + 3]};
    const __m128 low_01 = second_pair(first_pair(image + o[0]), image + o[1]);
    const __m128 low_23 = second_pair(first_pair(image + o[2]), image + o[3]);
    const __m128 high_01 = second_pair(first_pair(image_u + o[0]), image_u + o[1]);
    const __m128 high_23 = second_pair(first_pair(image_u + o[2]), image_u + o[3]);
    low_low[i / 4] = _mm_shuffle_ps(low_01, low_23, 0x88);
    low_high[i / 4] = _mm_shuffle_ps(low_01, low_23, 0xdd);
    high_low[i / 4] = _mm_shuffle_ps(high_01, high_23, 0x88);
    high_high[i / 4] = _mm_shuffle_ps(high_01, high_23, 0xdd);
  }
  return {join(low_low), join(low_high), join(high_low), join(high_high)};
}

COINCIDE_HD Floats load_single(const float* image, const std::int32_t* offset) {
  Floats values{};
#pragma GCC unroll 16
  for (int i = 0; i < lanes; ++i) {
    values[i] = image[offset[i]];
  }
  return values;
}

/// Interpolated values of the planes of a block, times the length of ray that each stands for.
COINCIDE_HD Floats gather(const float* image, const Ray& ray, const Block& block) {
  const Footprint near =
      ray.stride_v == 1 ? load_pairs(image, ray.stride_u, block.offset)
                        : Footprint{load_single(image, block.offset), load_single(image + ray.stride_v, block.offset),
                                    load_single(image + ray.stride_u, block.offset),
                                    load_single(image + ray.stride_u + ray.stride_v, block.offset)};
  return block.low_low * near.low_low + block.low_high * near.low_high + block.high_low * near.high_low +
         block.high_high * near.high_high;
}

/// Adds to two voxels that lie side by side.
COINCIDE_HD void add_pair(float* at, const float* pair) {
  const auto load = [](const float* p) {
    return _mm_castsi128_ps(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
  };
  const __m128 sum = _mm_add_ps(load(at), load(pair));
  _mm_storel_pi(reinterpret_cast<__m64*>(at), sum);
}

/// Adds the values of the planes of a block to their four voxels each. `count`: planes that exist.
COINCIDE_HD void scatter(float* image, const Ray& ray, const Block& block, Floats value, int count) {
  alignas(64) float low[2 * lanes], high[2 * lanes];
  const Floats low_low = block.low_low * value;
  const Floats low_high = block.low_high * value;
  const Floats high_low = block.high_low * value;
  const Floats high_high = block.high_high * value;
  for (int i = 0; i < lanes; ++i) {
    low[2 * i] = low_low[i];
    low[2 * i + 1] = low_high[i];
    high[2 * i] = high_low[i];
    high[2 * i + 1] = high_high[i];
  }
  if (ray.stride_v == 1) {
    for (int i = 0; i < count; ++i) {
      float* at = image + block.offset[i];
      add_pair(at, low + 2 * i);
      add_pair(at + ray.stride_u, high + 2 * i);
    }
    return;
  }
  for (int i = 0; i < count; ++i) {
    float* at = image + block.offset[i];
    at[0] += low[2 * i];
    at[ray.stride_v] += low[2 * i + 1];
    at[ray.stride_u] += high[2 * i];
    at[ray.stride_u + ray.stride_v] += high[2 * i + 1];
  }
}

template <BoundaryRule boundary, class Kernel>
COINCIDE_HD float forward_planes(const Kernel& kernel, const Prepared<Kernel>& p, const float* image) {
  Floats sum{};
  for (std::int32_t first = p.ray.first; first <= p.ray.last; first += lanes) {
    const Block block = make_block<boundary>(p.ray, first);
    sum += gather(image, p.ray, block) * kernel.weight(p.tof, p.ray, block.plane);
  }
  return kernel.scale(p.tof) * sum_of_lanes(sum);
}

template <BoundaryRule boundary, class Kernel>
COINCIDE_HD void back_planes(const Kernel& kernel, const Prepared<Kernel>& p, float in, float* image) {
  const float scaled = kernel.scale(p.tof) * in;
  for (std::int32_t first = p.ray.first; first <= p.ray.last; first += lanes) {
    const Block block = make_block<boundary>(p.ray, first);
    const std::int32_t count = smaller(p.ray.last - first + 1, std::int32_t{lanes});
    scatter(image, p.ray, block, scaled * kernel.weight(p.tof, p.ray, block.plane), count);
  }
}

}  // namespace coincide::projectors::COINCIDE_BACKEND
