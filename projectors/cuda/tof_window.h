#pragma once

#include "projectors/cuda/walk.h"

// TOF sinograms on the GPU. A thread holds the few bins that its current plane reaches in registers, a window that
// slides along the LOR: each bin is read or written once, not once per plane. The weights of a window depend only on
// where the plane lies between two bins and come from a table, made once per call for the one resolution of all LORs.

namespace coincide::projectors::COINCIDE_BACKEND {

/// The place of a plane is t = its continuous bin index - the first bin in its reach, in reach ... reach + 1. From some
/// place on one more bin is in reach, which cuts the interval into two parts, each cut on into equal cells. In a cell a
/// weight is a parabola through its values at both ends and in the middle, with an error below 1e-7 for bins up to
/// 2 sigma wide, and 1e-5 up to 5 sigma (of the Gaussian's third derivative, (cell / 2)^3 / (9 sqrt 3) of it).
struct TofWindow {
  static constexpr int bins = 8;
  static constexpr int cells = 64;     ///< of each part
  static constexpr int row_words = 7;  ///< 3 * 8 floats, and 4 more that spread the rows over the banks of memory
  bool usable;                         ///< false: more bins are in reach, or the parameters are of no use
  float start[2];                      ///< places where the parts begin
  float cells_per_place[2];
  float4 rows[2 * cells][row_words];  ///< constant, linear and square coefficients of all bins
};

/// All but the rows. `state` holds what TofSinogramKernel::set_shape() fills, `shape_usable` what it says.
COINCIDE_HD void set_window(const TofSinogramKernel::State& state, bool shape_usable, TofWindow& window) {
  const float both_sides = __builtin_ceilf(2 * state.reach);
  window.usable = shape_usable && both_sides + 2 <= TofWindow::bins;
  if (window.usable) {
    const float first_part = both_sides - 2 * state.reach;
    const float lengths[2] = {first_part, 1 - first_part};
    window.start[0] = state.reach;
    window.start[1] = both_sides - state.reach;
    for (int part = 0; part < 2; ++part) {
      window.cells_per_place[part] = lengths[part] > 0 ? TofWindow::cells / lengths[part] : 0;
    }
  }
}

/// Weights of the first `count` bins of a plane at place t, which add up to 1; 0 for the others.
COINCIDE_HD void window_weights(float t, int count, float inverse_width, float (&weights)[TofWindow::bins]) {
  const float below = fast_erf((-0.5f - t) * inverse_width);
  const float norm = 1 / (fast_erf((static_cast<float>(count) - 0.5f - t) * inverse_width) - below);
  float edge = below;
  for (int bin = 0; bin < TofWindow::bins; ++bin) {
    const float next = fast_erf((static_cast<float>(bin) + 0.5f - t) * inverse_width);
    weights[bin] = bin < count ? (next - edge) * norm : 0;
    edge = next;
  }
}

/// Row `cell` of part `part`.
COINCIDE_HD void set_row(const TofSinogramKernel::State& state, int part, int cell, TofWindow& window) {
  const int count = static_cast<int>(__builtin_ceilf(2 * state.reach)) + 1 + part;
  const float size = window.cells_per_place[part] > 0 ? 1 / window.cells_per_place[part] : 0;
  const float left = window.start[part] + static_cast<float>(cell) * size;
  float low[TofWindow::bins], middle[TofWindow::bins], high[TofWindow::bins];
  window_weights(left, count, state.inverse_width, low);
  window_weights(left + 0.5f * size, count, state.inverse_width, middle);
  window_weights(left + size, count, state.inverse_width, high);
  float* row = &window.rows[part * TofWindow::cells + cell][0].x;
  for (int bin = 0; bin < TofWindow::bins; ++bin) {
    row[bin] = middle[bin];
    row[TofWindow::bins + bin] = 0.5f * (high[bin] - low[bin]);
    row[2 * TofWindow::bins + bin] = 0.5f * (high[bin] + low[bin]) - middle[bin];
  }
}

/// Calls visit(weight of bin 0, of bin 1 ...) as an array, for place t.
COINCIDE_HD void weights_at(const TofWindow& window, float t, float (&weights)[TofWindow::bins]) {
  const int part = t >= window.start[1] ? 1 : 0;
  const float start = part != 0 ? window.start[1] : window.start[0];
  const float scale = part != 0 ? window.cells_per_place[1] : window.cells_per_place[0];
  const float at = smaller(larger(0.0f, (t - start) * scale), static_cast<float>(TofWindow::cells));
  const int cell = smaller(static_cast<int>(at), TofWindow::cells - 1);
  const float y = 2 * (at - static_cast<float>(cell)) - 1;
  const float4* row = window.rows[part * TofWindow::cells + cell];
  COINCIDE_UNROLL(2)
  for (int half = 0; half < 2; ++half) {
    const float4 a = row[half], b = row[2 + half], c = row[4 + half];
    weights[4 * half] = a.x + y * (b.x + y * c.x);
    weights[4 * half + 1] = a.y + y * (b.y + y * c.y);
    weights[4 * half + 2] = a.z + y * (b.z + y * c.z);
    weights[4 * half + 3] = a.w + y * (b.w + y * c.w);
  }
}

/// The first bin in the reach of each plane in turn. Planes come in the order in which their bins grow.
class WindowPlaces {
 public:
  COINCIDE_HD WindowPlaces(const TofSinogramKernel& kernel, const TofSinogramKernel::State& state)
      : step_(state.index_step),
        offset_(state.index_0),
        reach_(state.reach),
        num_bins_(static_cast<float>(kernel.bins.num_bins)) {}

  /// First bin and place of a plane. Bins that do not exist are held at the two ends, where a window has none that do.
  COINCIDE_HD int first_bin(std::int32_t plane, float& t) const {
    const float index = static_cast<float>(plane) * step_ + offset_;
    const float first = __builtin_floorf(index - reach_);
    t = index - first;
    return static_cast<int>(smaller(larger(first, -static_cast<float>(TofWindow::bins)), num_bins_));
  }

 private:
  float step_, offset_, reach_, num_bins_;
};

/// Calls visit(plane) for all planes, in ascending order of bins.
template <class Visit>
COINCIDE_HD void for_planes_by_bin(const Ray& ray, Visit&& visit) {
  std::int32_t plane = ray.along_axis ? ray.first : ray.last;
  const std::int32_t step = ray.along_axis ? 1 : -1;
  COINCIDE_UNROLL(1)
  for (std::int32_t left = ray.last - ray.first + 1; left > 0; --left) {
    visit(plane);
    plane += step;
  }
}

COINCIDE_HD bool is_inner(const Ray& ray, std::int32_t plane) {
  return plane >= ray.inner_first && plane <= ray.inner_last;
}

COINCIDE_HD bool exists(int bin, int num_bins) { return bin >= 0 && bin < num_bins; }

/// Writes all bins of a LOR to `out`, each once.
COINCIDE_HD void forward_window(const Grid& grid, const TofSinogramKernel& kernel, const TofWindow& window,
                                const Prepared<TofSinogramKernel>& p, const float* image, float* out) {
  const int num_bins = kernel.bins.num_bins;
  int next = 0;  // the bin that is written next
  if (!p.ray.empty()) {
    const WindowPlaces places(kernel, p.tof);
    float sum[TofWindow::bins]{};
    float t;
    int base = places.first_bin(p.ray.along_axis ? p.ray.first : p.ray.last, t);  // of the window
    for (; next < base; ++next) {
      out[next] = 0;
    }
    for_planes_by_bin(p.ray, [&](std::int32_t plane) {
      const float value =
          is_inner(p.ray, plane)
              ? interpolate(p.ray, image, cell_at(p.ray, plane * p.ray.stride_k, static_cast<float>(plane)))
              : gather(image, border_corners(p.ray, plane, grid.boundary));
      const int first = places.first_bin(plane, t);
      COINCIDE_UNROLL(1)
      for (; base < first; ++base) {
        if (exists(base, num_bins)) {
          out[base] = p.tof.scale * sum[0];
        }
        COINCIDE_UNROLL(8)
        for (int i = 0; i + 1 < TofWindow::bins; ++i) {
          sum[i] = sum[i + 1];
        }
        sum[TofWindow::bins - 1] = 0;
      }
      float weights[TofWindow::bins];
      weights_at(window, t, weights);
      COINCIDE_UNROLL(8)
      for (int i = 0; i < TofWindow::bins; ++i) {
        sum[i] += weights[i] * value;
      }
    });
    COINCIDE_UNROLL(8)
    for (int i = 0; i < TofWindow::bins; ++i) {
      if (exists(base + i, num_bins)) {
        out[base + i] = p.tof.scale * sum[i];
      }
    }
    next = larger(next, base + TofWindow::bins);
  }
  for (; next < num_bins; ++next) {
    out[next] = 0;
  }
}

/// Adds all bins of a LOR to the image.
COINCIDE_HD void back_window(const Grid& grid, const TofSinogramKernel& kernel, const TofWindow& window,
                             const Prepared<TofSinogramKernel>& p, const float* in, const Target& target) {
  if (p.ray.empty()) {
    return;
  }
  const int num_bins = kernel.bins.num_bins;
  const auto value_of = [&](int bin) { return exists(bin, num_bins) ? in[bin] : 0; };
  const WindowPlaces places(kernel, p.tof);
  float t;
  int base = places.first_bin(p.ray.along_axis ? p.ray.first : p.ray.last, t);
  float values[TofWindow::bins];
  COINCIDE_UNROLL(8)
  for (int i = 0; i < TofWindow::bins; ++i) {
    values[i] = value_of(base + i);
  }
  for_planes_by_bin(p.ray, [&](std::int32_t plane) {
    const int first = places.first_bin(plane, t);
    COINCIDE_UNROLL(1)
    for (; base < first; ++base) {
      COINCIDE_UNROLL(8)
      for (int i = 0; i + 1 < TofWindow::bins; ++i) {
        values[i] = values[i + 1];
      }
      values[TofWindow::bins - 1] = value_of(base + TofWindow::bins);
    }
    float weights[TofWindow::bins];
    weights_at(window, t, weights);
    float sum = 0;
    COINCIDE_UNROLL(8)
    for (int i = 0; i < TofWindow::bins; ++i) {
      sum += weights[i] * values[i];
    }
    sum *= p.tof.scale;
    if (!is_inner(p.ray, plane)) {
      const Corners corners = border_corners(p.ray, plane, grid.boundary);
      for (int i = 0; i < 4; ++i) {
        add(target, corners.at[i], corners.weight[i] * sum);
      }
      return;
    }
    const Cell cell = cell_at(p.ray, plane * p.ray.stride_k, static_cast<float>(plane));
    if (p.ray.stride_v == 1) {
      add_cell<true>(p.ray, target, cell, sum);
    } else {
      add_cell<false>(p.ray, target, cell, sum);
    }
  });
}

}  // namespace coincide::projectors::COINCIDE_BACKEND
