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
  const float both_sides = TofSinogramKernel::bins_across(state);
  window.usable = shape_usable && both_sides + 2 <= TofWindow::bins;
  if (window.usable) {
    const float first_part = larger(both_sides - 2 * state.reach, 0.0f);
    const float lengths[2] = {first_part, 1 - first_part};
    window.start[0] = state.reach;
    window.start[1] = both_sides - state.reach;
    for (int part = 0; part < 2; ++part) {
      window.cells_per_place[part] = lengths[part] > 0 ? TofWindow::cells / lengths[part] : 0;
    }
  }
}

/// Weights of the first `count` bins of a plane at place t, which add up to 1; 0 for the others.
COINCIDE_HD void exact_weights(float t, int count, float inverse_width, float (&weights)[TofWindow::bins]) {
  const float below = fast_erf((-0.5f - t) * inverse_width);
  const float norm = 1 / (fast_erf((static_cast<float>(count) - 0.5f - t) * inverse_width) - below);
  float edge = below;
  for (int bin = 0; bin < TofWindow::bins; ++bin) {
    const float next = fast_erf((static_cast<float>(bin) + 0.5f - t) * inverse_width);
    weights[bin] = bin < count ? not_negative(next - edge) * norm : 0;
    edge = next;
  }
}

/// How far a parabola a + b y + c y^2 falls below 0 in -1 ... 1, and its rounding error more.
COINCIDE_HD float dip(float a, float b, float c) {
  const bool has_bottom = c > 0 && __builtin_fabsf(b) < 2 * c;
  const float least = has_bottom ? a - b * b / (4 * c) : a + c - __builtin_fabsf(b);
  const float rounding = 3e-7f * (__builtin_fabsf(a) + __builtin_fabsf(b) + __builtin_fabsf(c));
  return not_negative(rounding - least);
}

/// Row `cell` of part `part`. No weight is below 0: parabolas that would be are lifted.
COINCIDE_HD void set_row(const TofSinogramKernel::State& state, int part, int cell, TofWindow& window) {
  const int count = static_cast<int>(TofSinogramKernel::bins_across(state)) + 1 + part;
  const float size = window.cells_per_place[part] > 0 ? 1 / window.cells_per_place[part] : 0;
  const float left = window.start[part] + static_cast<float>(cell) * size;
  float low[TofWindow::bins], middle[TofWindow::bins], high[TofWindow::bins];
  exact_weights(left, count, state.inverse_width, low);
  exact_weights(left + 0.5f * size, count, state.inverse_width, middle);
  exact_weights(left + size, count, state.inverse_width, high);
  float* row = &window.rows[part * TofWindow::cells + cell][0].x;
  for (int bin = 0; bin < TofWindow::bins; ++bin) {
    const float linear = 0.5f * (high[bin] - low[bin]);
    const float square = 0.5f * (high[bin] + low[bin]) - middle[bin];
    row[bin] = middle[bin] + dip(middle[bin], linear, square);
    row[TofWindow::bins + bin] = linear;
    row[2 * TofWindow::bins + bin] = square;
  }
}

/// Looks up weights, with all but the rows in registers.
class WindowWeights {
 public:
  COINCIDE_HD explicit WindowWeights(const TofWindow& window)
      : rows_(window.rows),
        start_{window.start[0], window.start[1]},
        cells_per_place_{window.cells_per_place[0], window.cells_per_place[1]} {}

  /// Those of all bins of the window, for place t.
  COINCIDE_HD void find(float t, float (&weights)[TofWindow::bins]) const {
    const bool second = t >= start_[1];
    const float at = (t - (second ? start_[1] : start_[0])) * (second ? cells_per_place_[1] : cells_per_place_[0]);
    constexpr float last = TofWindow::cells - 4e-6f;  // the largest float below the number of cells
    float rest;
    const int cell = biased_index(smaller(larger(0.0f, at), last), rest) - index_bias;
    const float y = 2 * rest - 1;
    const float4* row = rows_[cell + (second ? TofWindow::cells : 0)];
    COINCIDE_UNROLL(2)
    for (int half = 0; half < 2; ++half) {
      const float4 a = row[half], b = row[2 + half], c = row[4 + half];
      weights[4 * half] = a.x + y * (b.x + y * c.x);
      weights[4 * half + 1] = a.y + y * (b.y + y * c.y);
      weights[4 * half + 2] = a.z + y * (b.z + y * c.z);
      weights[4 * half + 3] = a.w + y * (b.w + y * c.w);
    }
  }

 private:
  const float4 (*rows_)[TofWindow::row_words];
  float start_[2], cells_per_place_[2];
};

/// The first bin in the reach of each plane in turn. Planes come in the order in which their bins grow.
class WindowPlaces {
 public:
  COINCIDE_HD WindowPlaces(const TofSinogramKernel& kernel, const TofSinogramKernel::State& state)
      : step_(state.index_step),
        offset_(state.index_0),
        reach_(state.reach),
        num_bins_(static_cast<float>(kernel.bins.num_bins)) {}

  /// First bin and place of a plane. Bins that do not exist are held at the two ends, where a window has none that do.
  /// Bins are counted in floats here, for they take part in no address until one of them is read or written.
  COINCIDE_HD float first_bin(float plane, float& t) const {
    const float index = plane * step_ + offset_;
    const float first = __builtin_floorf(index - reach_);
    t = index - first;
    return smaller(larger(first, -static_cast<float>(TofWindow::bins)), num_bins_);
  }

 private:
  float step_, offset_, reach_, num_bins_;
};

/// Calls visit(plane, the same as a float) for all planes, in ascending order of bins.
template <class Visit>
COINCIDE_HD void for_planes_by_bin(const Ray& ray, Visit&& visit) {
  std::int32_t plane = ray.along_axis ? ray.first : ray.last;
  const std::int32_t step = ray.along_axis ? 1 : -1;
  float number = static_cast<float>(plane);
  COINCIDE_UNROLL(1)
  for (std::int32_t left = ray.last - ray.first + 1; left > 0; --left) {
    visit(plane, number);
    plane += step;
    number += static_cast<float>(step);
  }
}

COINCIDE_HD bool is_inner(const Ray& ray, std::int32_t plane) {
  return plane >= ray.inner_first && plane <= ray.inner_last;
}

COINCIDE_HD bool exists(int bin, int num_bins) { return bin >= 0 && bin < num_bins; }

/// Moves numbers one place down: what was first is lost.
COINCIDE_HD void shift(float (&numbers)[TofWindow::bins], float last) {
  COINCIDE_UNROLL(8)
  for (int i = 0; i + 1 < TofWindow::bins; ++i) {
    numbers[i] = numbers[i + 1];
  }
  numbers[TofWindow::bins - 1] = last;
}

/// The bins of a LOR that are being added up. Each is written once, when the window leaves it behind.
class WrittenBins {
 public:
  COINCIDE_HD WrittenBins(float* out, int num_bins, float scale) : out_(out), num_bins_(num_bins), scale_(scale) {}

  /// Moves the window to begin at bin `first`.
  COINCIDE_HD void advance(float first) {
    COINCIDE_UNROLL(1)
    for (; base_ < first; base_ += 1) {
      write(static_cast<int>(base_), sum_[0]);
      shift(sum_, 0);
    }
  }
  COINCIDE_HD void add(const float (&weights)[TofWindow::bins], float value) {
    COINCIDE_UNROLL(8)
    for (int i = 0; i < TofWindow::bins; ++i) {
      sum_[i] += weights[i] * value;
    }
  }
  /// Writes what is left, and 0 to the bins beyond.
  COINCIDE_HD void finish() {
    const int base = static_cast<int>(base_);
    COINCIDE_UNROLL(8)
    for (int i = 0; i < TofWindow::bins; ++i) {
      write(base + i, sum_[i]);
    }
    for (int bin = larger(0, base + TofWindow::bins); bin < num_bins_; ++bin) {
      out_[bin] = 0;
    }
  }

 private:
  COINCIDE_HD void write(int bin, float sum) {
    if (exists(bin, num_bins_)) {
      out_[bin] = scale_ * sum;
    }
  }

  float* out_;
  int num_bins_;
  float scale_;
  float base_ = -TofWindow::bins;  ///< first bin of the window, at the start before all that exist
  float sum_[TofWindow::bins]{};
};

/// The bins of a LOR that a plane gets its value from. Each is read once, when the window reaches it.
class ReadBins {
 public:
  COINCIDE_HD ReadBins(const float* in, int num_bins) : in_(in), num_bins_(num_bins) {}

  COINCIDE_HD void advance(float first) {
    COINCIDE_UNROLL(1)
    for (; base_ < first; base_ += 1) {
      const int next = static_cast<int>(base_) + TofWindow::bins;
      shift(value_, exists(next, num_bins_) ? in_[next] : 0);
    }
  }
  COINCIDE_HD float sum(const float (&weights)[TofWindow::bins]) const {
    float sum = 0;
    COINCIDE_UNROLL(8)
    for (int i = 0; i < TofWindow::bins; ++i) {
      sum += weights[i] * value_[i];
    }
    return sum;
  }

 private:
  const float* in_;
  int num_bins_;
  float base_ = -TofWindow::bins;
  float value_[TofWindow::bins]{};
};

/// Writes all bins of a LOR to `out`, each once.
COINCIDE_HD void forward_window(const Grid& grid, const TofSinogramKernel& kernel, const TofWindow& window,
                                const Prepared<TofSinogramKernel>& p, const float* image, float* out) {
  WrittenBins bins(out, kernel.bins.num_bins, p.tof.scale);
  if (!p.ray.empty()) {
    const WindowPlaces places(kernel, p.tof);
    const WindowWeights window_weights(window);
    with_inner_planes(p.ray, image, [&](const auto& planes) {
      for_planes_by_bin(p.ray, [&](std::int32_t plane, float number) {
        const float value = is_inner(p.ray, plane) ? interpolate(planes, planes.cell(p.ray, plane, number))
                                                   : gather(image, border_corners(p.ray, plane, grid.boundary));
        float t;
        bins.advance(places.first_bin(number, t));
        float weights[TofWindow::bins];
        window_weights.find(t, weights);
        bins.add(weights, value);
      });
    });
  }
  bins.finish();
}

/// Adds all bins of a LOR to the image.
COINCIDE_HD void back_window(const Grid& grid, const TofSinogramKernel& kernel, const TofWindow& window,
                             const Prepared<TofSinogramKernel>& p, const float* in, const Target& target) {
  if (p.ray.empty()) {
    return;
  }
  ReadBins bins(in, kernel.bins.num_bins);
  const WindowPlaces places(kernel, p.tof);
  const WindowWeights window_weights(window);
  with_inner_planes(p.ray, target.image, [&](const auto& planes) {
    for_planes_by_bin(p.ray, [&](std::int32_t plane, float number) {
      float t;
      bins.advance(places.first_bin(number, t));
      float weights[TofWindow::bins];
      window_weights.find(t, weights);
      const float value = p.tof.scale * bins.sum(weights);
      if (is_inner(p.ray, plane)) {
        add_cell(planes, target, planes.cell(p.ray, plane, number), value);
      } else {
        const Corners corners = border_corners(p.ray, plane, grid.boundary);
        for (int i = 0; i < 4; ++i) {
          add(target.image + corners.at[i], corners.weight[i] * value);
        }
      }
    });
  });
}

}  // namespace coincide::projectors::COINCIDE_BACKEND
