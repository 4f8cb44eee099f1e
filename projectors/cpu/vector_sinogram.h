#pragma once

// TOF sinograms: the walk in vectors of planes, then for each plane all of its bins in one vector.

#include "projectors/cpu/vector_walk.h"

namespace coincide::projectors::COINCIDE_BACKEND {

/// Bins that one vector holds; the last edge of a plane's window must be among its lanes.
constexpr int window = 16;
using WindowFloats = float __attribute__((vector_size(4 * window)));
using UnalignedWindow = float __attribute__((vector_size(4 * window), aligned(4), may_alias));

/// The rows of longer sinograms are not copied to the stack; the scalar walk takes them.
constexpr int most_bins = 512;

COINCIDE_HD bool fits_window(const TofSinogramKernel& kernel, const TofSinogramKernel::State& state) {
  return kernel.bins.num_bins <= most_bins && 2 * state.reach + 3 < window;
}

/// A row of bins with room on both sides, so that a window may hang over the ends.
struct PaddedRow {
  float values[most_bins + 2 * window];
  float* bin(std::int32_t i) { return values + window + i; }
  void clear(std::int32_t num_bins) { __builtin_memset(values, 0, sizeof(float) * (num_bins + 2 * window)); }
};

/// The bins that a plane feeds: `first` and the following, with weights (0 after the last). False if none of them
/// exists.
COINCIDE_HD bool plane_window(const TofSinogramKernel& kernel, const TofSinogramKernel::State& state, float plane,
                              std::int32_t& first, WindowFloats& weights) {
  const float index = plane * state.index_step + state.index_0;
  const float low = __builtin_floorf(index - state.reach);
  const float high = __builtin_ceilf(index + state.reach);
  if (!(low <= static_cast<float>(kernel.bins.num_bins - 1) && high >= 0)) {
    return false;
  }
  first = static_cast<std::int32_t>(low);
  const std::int32_t count = static_cast<std::int32_t>(high - low) + 1;
  constexpr WindowFloats number{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const WindowFloats below = (number + (low - 0.5f - index)) * state.inverse_width;
  const WindowFloats edges = fast_erf(below);
  const WindowFloats upper =
      __builtin_shufflevector(edges, edges, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15);
  const float norm = 1 / (edges[count] - edges[0]);
  weights = number < static_cast<float>(count) ? (upper - edges) * norm : WindowFloats{};
  return true;
}

/// Adds the values of the planes to the LOR's bins. Neighbouring planes mostly share their window: it stays in a
/// register until it moves on.
template <BoundaryRule boundary>
COINCIDE_HD void forward_sinogram(const TofSinogramKernel& kernel, const Prepared<TofSinogramKernel>& p,
                                  const float* image, float* out) {
  PaddedRow row;
  row.clear(kernel.bins.num_bins);
  WindowFloats sum{};
  std::int32_t at = -window;
  const auto put_down = [&] {
    UnalignedWindow* bins = reinterpret_cast<UnalignedWindow*>(row.bin(at));
    *bins += sum;
    sum = WindowFloats{};
  };
  for (std::int32_t first = p.ray.first; first <= p.ray.last; first += lanes) {
    const Block block = make_block<boundary>(p.ray, first);
    const Floats values = gather(image, p.ray, block) * p.tof.scale;
    for (std::int32_t i = 0; i < block.count; ++i) {
      std::int32_t bin = 0;
      WindowFloats weights;
      if (plane_window(kernel, p.tof, block.plane[i], bin, weights)) {
        if (bin != at) {
          put_down();
          at = bin;
        }
        sum += weights * values[i];
      }
    }
  }
  put_down();
  __builtin_memcpy(out, row.bin(0), sizeof(float) * static_cast<std::size_t>(kernel.bins.num_bins));
}

template <BoundaryRule boundary>
COINCIDE_HD void back_sinogram(const TofSinogramKernel& kernel, const Prepared<TofSinogramKernel>& p, const float* in,
                               float* image) {
  PaddedRow row;
  row.clear(kernel.bins.num_bins);
  __builtin_memcpy(row.bin(0), in, sizeof(float) * static_cast<std::size_t>(kernel.bins.num_bins));
  for (std::int32_t first = p.ray.first; first <= p.ray.last; first += lanes) {
    const Block block = make_block<boundary>(p.ray, first);
    Floats values{};
    for (std::int32_t i = 0; i < block.count; ++i) {
      std::int32_t bin = 0;
      WindowFloats weights;
      if (plane_window(kernel, p.tof, block.plane[i], bin, weights)) {
        const WindowFloats product = weights * *reinterpret_cast<const UnalignedWindow*>(row.bin(bin));
        values[i] = p.tof.scale * sum_of_lanes(product);
      }
    }
    scatter(image, p.ray, block, values);
  }
}

}  // namespace coincide::projectors::COINCIDE_BACKEND
