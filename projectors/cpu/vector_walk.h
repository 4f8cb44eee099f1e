#pragma once

// For AVX2, AVX-512 and NEON: the walk through several planes of a LOR at once, in vectors of floats. It computes what
// kernels/operations.h does, with the same weights and TOF kernels; only additions come in another order.

#ifdef __AVX2__
#include <immintrin.h>
#endif

#include "projectors/kernels/operations.h"

namespace coincide::projectors::COINCIDE_BACKEND {

#ifdef __AVX512F__
constexpr int lanes = 16;
#else
constexpr int lanes = 8;
#endif

using Floats = float __attribute__((vector_size(4 * lanes)));
using Ints = std::int32_t __attribute__((vector_size(4 * lanes)));

COINCIDE_HD Ints lane_numbers() {
  Ints numbers{};
  for (int i = 0; i < lanes; ++i) {
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
  static constexpr int count = lanes;
  static COINCIDE_HD Floats numbers() { return __builtin_convertvector(lane_numbers(), Floats); }
  static COINCIDE_HD float sum(Floats x) { return sum_of_lanes(x); }
};

/// Both coordinates of a plane's four neighbours have two voxels to choose from, and offsets fit 32 bits.
COINCIDE_HD bool fits_vectors(const Grid& grid) {
  return grid.n[0] > 1 && grid.n[1] > 1 && grid.n[2] > 1 &&
         static_cast<std::int64_t>(grid.n[0]) * grid.stride[0] < (std::int64_t{1} << 31);
}

/// One coordinate of some planes: the lower neighbour, kept so that it and the next exist, and the weights of both.
struct Neighbours {
  Ints low;
  Floats weight_low, weight_high;
};

/// Where both neighbours are known to exist.
COINCIDE_HD Neighbours inner_neighbours(Floats x) {
  const Ints low = __builtin_convertvector(x, Ints);
  const Floats f = x - __builtin_convertvector(low, Floats);
  return {low, 1 - f, f};
}

/// A coordinate that is not a number counts as 0: larger(zero, NaN) is zero.
template <BoundaryRule boundary>
COINCIDE_HD Neighbours border_neighbours(Floats x, std::int32_t n) {
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

/// Offsets as numbers to go through one by one.
struct Offsets {
  alignas(64) std::int32_t at[lanes];

  Offsets() = default;
  COINCIDE_HD explicit Offsets(Ints offsets) { set(offsets); }
  COINCIDE_HD void set(Ints offsets) {
    __builtin_memcpy(at, &offsets, sizeof(at));
    asm("" : "+m"(at));  // keeps the compiler from widening them in registers, which it then spills
  }
};

/// Some planes of a LOR, or some LORs on one plane: where the rows of their four neighbours begin, and the weights
/// along u and v, those along u times what the plane counts.
struct Block {
  std::int32_t count;  ///< those that exist; the weights of those after them are 0
  Offsets offsets;
  Floats u_low, u_high, v_low, v_high;

  COINCIDE_HD void set(std::int32_t existing, Ints offset, const Neighbours& u, const Neighbours& v, Floats weight) {
    count = existing;
    offsets.set(offset);
    u_low = u.weight_low * weight;
    u_high = u.weight_high * weight;
    v_low = v.weight_low;
    v_high = v.weight_high;
  }
};

/// So many blocks are made before the first of them is used: the places of one arrive from memory long after they were
/// computed, and a processor that waits for them does not see far enough to begin with another block.
constexpr int blocks_at_once = 8;

COINCIDE_HD Ints offset_of(const Ray& ray, Ints planes, const Neighbours& u, const Neighbours& v) {
  return planes * static_cast<std::int32_t>(ray.stride_k) + u.low * static_cast<std::int32_t>(ray.stride_u) +
         v.low * static_cast<std::int32_t>(ray.stride_v);
}

/// All of whose planes are whole and have four neighbours. weight_at(planes) weighs them.
template <class WeightAt>
COINCIDE_HD void set_inner_block(const Ray& ray, std::int32_t first, WeightAt&& weight_at, Block& block) {
  const Ints planes = lane_numbers() + first;
  const Floats plane = __builtin_convertvector(planes, Floats);
  const Neighbours u = inner_neighbours(plane * ray.u_step + ray.u_0);
  const Neighbours v = inner_neighbours(plane * ray.v_step + ray.v_0);
  block.set(lanes, offset_of(ray, planes, u, v), u, v, weight_at(plane));
}

template <BoundaryRule boundary, class WeightAt>
COINCIDE_HD void set_border_block(const Ray& ray, std::int32_t first, WeightAt&& weight_at, Block& block) {
  const Ints lane = lane_numbers() + first;
  const Ints planes = smaller(lane, Ints{} + ray.last);
  const Floats plane = __builtin_convertvector(planes, Floats);
  const Neighbours u = border_neighbours<boundary>(plane * ray.u_step + ray.u_0, ray.n_u);
  const Neighbours v = border_neighbours<boundary>(plane * ray.v_step + ray.v_0, ray.n_v);
  Floats weight = weight_at(plane);
  if constexpr (boundary == BoundaryRule::clamped) {
    weight *=
        larger(smaller(plane + 0.5f, Floats{} + ray.leaves) - larger(plane - 0.5f, Floats{} + ray.enters), Floats{});
  }
  weight = lane > ray.last ? Floats{} : weight;
  block.set(smaller(ray.last - first + 1, std::int32_t{lanes}), offset_of(ray, planes, u, v), u, v, weight);
}

/// `lanes` planes from plane `first` of the ray on.
template <BoundaryRule boundary, class WeightAt>
COINCIDE_HD void set_block(const Ray& ray, std::int32_t first, WeightAt&& weight_at, Block& block) {
  if (first >= ray.inner_first && first + lanes - 1 <= ray.inner_last) {
    set_inner_block(ray, first, weight_at, block);
  } else {
    set_border_block<boundary>(ray, first, weight_at, block);
  }
}

/// Calls use(plane, block) for the blocks of planes first ... last of a ray that begin with `plane`; weight_at(plane,
/// planes) weighs the planes of a block.
template <BoundaryRule boundary, class WeightAt, class Use>
COINCIDE_HD void for_blocks(const Ray& ray, std::int32_t first, std::int32_t last, WeightAt&& weight_at, Use&& use) {
  Block blocks[blocks_at_once];
  for (std::int32_t begin = first; begin <= last; begin += blocks_at_once * lanes) {
    const std::int32_t end = smaller(last, begin + blocks_at_once * lanes - 1);
    Block* block = blocks;
    for (std::int32_t plane = begin; plane <= end; plane += lanes) {
      set_block<boundary>(
          ray, plane, [&](Floats planes) { return weight_at(plane, planes); }, *block++);
    }
    block = blocks;
    for (std::int32_t plane = begin; plane <= end; plane += lanes) {
      use(plane, *block++);
    }
  }
}

/// The four neighbours of the planes of a block, or what is added to them.
struct Footprint {
  Floats low_low, low_high, high_low, high_high;  ///< first word: u, second: v
};

/// Of some places in a row of voxels: what is there, and beside it.
struct RowPairs {
  Floats low, high;
};

/// Two floats that lie side by side, and what a vector has at least.
using Pair = float __attribute__((vector_size(8)));
using Quarter = float __attribute__((vector_size(16)));

COINCIDE_HD Pair load_pair(const float* at) {
  Pair pair;
  __builtin_memcpy(&pair, at, sizeof(pair));
  return pair;
}

COINCIDE_HD void add_pair(float* at, Pair pair) {
  pair += load_pair(at);
  __builtin_memcpy(at, &pair, sizeof(pair));
}

/// Two pairs into one register, each by a load that needs no other operation.
COINCIDE_HD Quarter load_two_pairs(const float* first, const float* second) {
#ifdef __AVX2__
  const __m128 low = _mm_castpd_ps(_mm_load_sd(reinterpret_cast<const double*>(first)));
  return (Quarter)_mm_loadh_pi(low, reinterpret_cast<const __m64*>(second));
#else
  return __builtin_shufflevector(load_pair(first), load_pair(second), 0, 1, 2, 3);
#endif
}

/// Four lanes after four others and so on into one vector, without going through memory.
COINCIDE_HD Floats join(const Quarter (&parts)[lanes / 4]) {
#ifdef __AVX512F__
  const auto low = __builtin_shufflevector(parts[0], parts[1], 0, 1, 2, 3, 4, 5, 6, 7);
  const auto high = __builtin_shufflevector(parts[2], parts[3], 0, 1, 2, 3, 4, 5, 6, 7);
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#else
  return __builtin_shufflevector(parts[0], parts[1], 0, 1, 2, 3, 4, 5, 6, 7);
#endif
}

// Of every four lanes the even or odd ones of `a`, then those of `b`: operations that cross no quarter.
#ifdef __AVX512F__
COINCIDE_HD Floats evens(Floats a, Floats b) {
  return __builtin_shufflevector(a, b, 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30);
}
COINCIDE_HD Floats odds(Floats a, Floats b) {
  return __builtin_shufflevector(a, b, 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29, 31);
}
#else
COINCIDE_HD Floats evens(Floats a, Floats b) { return __builtin_shufflevector(a, b, 0, 2, 8, 10, 4, 6, 12, 14); }
COINCIDE_HD Floats odds(Floats a, Floats b) { return __builtin_shufflevector(a, b, 1, 3, 9, 11, 5, 7, 13, 15); }
#endif

/// One load of 8 bytes for both neighbours.
COINCIDE_HD RowPairs load_row_pairs(const float* row, const Offsets& offsets) {
  Quarter first[lanes / 4], last[lanes / 4];
  COINCIDE_UNROLL(4)
  for (int i = 0; i < lanes; i += 4) {
    first[i / 4] = load_two_pairs(row + offsets.at[i], row + offsets.at[i + 1]);
    last[i / 4] = load_two_pairs(row + offsets.at[i + 2], row + offsets.at[i + 3]);
  }
  const Floats a = join(first), b = join(last);
  return {evens(a, b), odds(a, b)};
}

/// Of every lane its two numbers side by side.
COINCIDE_HD void store_pairs(Floats low, Floats high, float (&pairs)[2 * lanes]) {
  for (int i = 0; i < lanes; ++i) {
    pairs[2 * i] = low[i];
    pairs[2 * i + 1] = high[i];
  }
}

/// Adds pairs to copies of a row that lie `stride` apart, to each in turn.
COINCIDE_HD void add_row_pairs(float* rows, std::int64_t stride, Ints offset, Floats low, Floats high) {
  alignas(64) float pairs[2 * lanes];
  store_pairs(low, high, pairs);
  const Offsets offsets(offset);
  COINCIDE_UNROLL(16)
  for (int i = 0; i < lanes; ++i) {
    add_pair(rows + (i % 4) * stride + offsets.at[i], load_pair(pairs + 2 * i));
  }
}

COINCIDE_HD Footprint load_pairs(const float* image, std::int64_t stride_u, const Block& block) {
  const RowPairs low = load_row_pairs(image, block.offsets);
  const RowPairs high = load_row_pairs(image + stride_u, block.offsets);
  return {low.low, low.high, high.low, high.high};
}

COINCIDE_HD void add_pairs(float* image, std::int64_t stride_u, const Block& block, const Footprint& values) {
  alignas(64) float low[2 * lanes], high[2 * lanes];
  store_pairs(values.low_low, values.low_high, low);
  store_pairs(values.high_low, values.high_high, high);
  for (int i = 0; i < block.count; ++i) {
    float* at = image + block.offsets.at[i];
    add_pair(at, load_pair(low + 2 * i));
    add_pair(at + stride_u, load_pair(high + 2 * i));
  }
}

/// One neighbour of each plane.
COINCIDE_HD Floats load_single(const float* image, const Block& block) {
  Floats values{};
  COINCIDE_UNROLL(16)
  for (int i = 0; i < lanes; ++i) {
    values[i] = image[block.offsets.at[i]];
  }
  return values;
}

COINCIDE_HD void add_single(float* image, const Block& block, Floats values) {
  for (int i = 0; i < block.count; ++i) {
    image[block.offsets.at[i]] += values[i];
  }
}

/// The weighted sum of the four neighbours of each plane of a block.
COINCIDE_HD Floats weighted(const Footprint& near, const Block& block) {
  return block.u_low * (block.v_low * near.low_low + block.v_high * near.low_high) +
         block.u_high * (block.v_low * near.high_low + block.v_high * near.high_high);
}

/// What each of the four neighbours gets of each plane's weight.
COINCIDE_HD Footprint spread(const Block& block) {
  return {block.u_low * block.v_low, block.u_low * block.v_high, block.u_high * block.v_low,
          block.u_high * block.v_high};
}

/// Interpolated values of the planes of a block, times their weights.
COINCIDE_HD Floats gather(const float* image, const Ray& ray, const Block& block) {
  return weighted(ray.stride_v == 1 ? load_pairs(image, ray.stride_u, block)
                                    : Footprint{load_single(image, block), load_single(image + ray.stride_v, block),
                                                load_single(image + ray.stride_u, block),
                                                load_single(image + ray.stride_u + ray.stride_v, block)},
                  block);
}

/// Adds their weights to the four voxels of each plane of a block.
COINCIDE_HD void scatter(float* image, const Ray& ray, const Block& block) {
  const Footprint values = spread(block);
  if (ray.stride_v == 1) {
    add_pairs(image, ray.stride_u, block, values);
    return;
  }
  add_single(image, block, values.low_low);
  add_single(image + ray.stride_v, block, values.low_high);
  add_single(image + ray.stride_u, block, values.high_low);
  add_single(image + ray.stride_u + ray.stride_v, block, values.high_high);
}

// Both return false, having done nothing, where only the scalar walk can do it.

template <BoundaryRule boundary, class Kernel>
COINCIDE_HD bool forward_vectors(const Kernel& kernel, const Prepared<Kernel>& p, const KeptWeights& kept,
                                 const float* image, float* out) {
  Floats sum{};
  const auto use = [&](std::int32_t, const Block& block) { sum += gather(image, p.ray, block); };
  if (kept.count > 0) {
    const auto weight_at = [&](std::int32_t first, Floats) { return kept.at(Floats{}, first); };
    for_blocks<boundary>(p.ray, p.ray.first, p.ray.last, weight_at, use);
  } else {
    const auto weight_at = [&](std::int32_t, Floats planes) { return kernel.weight(p.tof, p.ray, planes); };
    for_blocks<boundary>(p.ray, p.ray.first, p.ray.last, weight_at, use);
  }
  out[0] = kernel.scale(p.tof) * sum_of_lanes(sum);
  return true;
}

template <BoundaryRule boundary, class Kernel>
COINCIDE_HD bool back_vectors(const Kernel& kernel, const Prepared<Kernel>& p, const float* in, float* image) {
  const float scaled = kernel.scale(p.tof) * in[0];
  for_blocks<boundary>(
      p.ray, p.ray.first, p.ray.last,
      [&](std::int32_t, Floats planes) { return scaled * kernel.weight(p.tof, p.ray, planes); },
      [&](std::int32_t, const Block& block) { scatter(image, p.ray, block); });
  return true;
}

}  // namespace coincide::projectors::COINCIDE_BACKEND
