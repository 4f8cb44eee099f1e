#pragma once

// TOF sinograms: the walk in vectors of planes, then for each plane all bins in its reach in one vector. For AVX2 and
// AVX-512.

#include "projectors/cpu/tof_rows.h"
#include "projectors/cpu/vector_walk.h"

namespace coincide::projectors::COINCIDE_BACKEND {

/// The rows of longer sinograms are not copied to the stack; the scalar walk takes them.
constexpr int most_bins = 512;
constexpr int widest_window = 16;

/// The TOF kernel with the weights of the sigma that its LORs share. Where they have their own, each LOR is fitted.
struct TofRowsKernel : TofSinogramKernel {
  RowPieces pieces;
  int window = 0;  ///< 8 or 16: which of the two is used; 0 neither
  TofRows<8> rows_8;
  TofRows<16> rows_16;

  explicit TofRowsKernel(const TofBins& tof) : TofSinogramKernel(tof) {
    State state;
    if (bins.sigma_per_lor || !set_shape(bins.sigma_mm[0], state)) {
      return;
    }
    pieces = row_pieces(state);
    if (TofRows<8>::fits(pieces)) {
      window = 8;
      rows_8.fit(pieces, state.inverse_width);
    } else if (TofRows<16>::fits(pieces)) {
      window = 16;
      rows_16.fit(pieces, state.inverse_width);
    }
  }
};

/// A row of bins with room on both sides, so that a window may hang over the ends or lie beyond them.
struct PaddedRow {
  float values[most_bins + 2 * widest_window];

  void clear(std::int32_t num_bins) { __builtin_memset(values, 0, sizeof(float) * (num_bins + 2 * widest_window)); }
  float* bin(std::int32_t i) { return values + widest_window + i; }
  /// The bins from `first` on.
  template <class Window>
  COINCIDE_HD Window load(std::int32_t first) {
    Window bins;
    __builtin_memcpy(&bins, bin(first), sizeof(bins));
    return bins;
  }
  template <class Window>
  COINCIDE_HD void add(std::int32_t first, Window values) {
    values += load<Window>(first);
    __builtin_memcpy(bin(first), &values, sizeof(values));
  }
};

COINCIDE_HD Floats floor_of(Floats x) {
  const Floats whole = __builtin_convertvector(__builtin_convertvector(x, Ints), Floats);
  return whole > x ? whole - 1 : whole;
}

/// What planes of a LOR feed: from which bin on, and by which weights. Of many planes at a time: a scalar loaded right
/// after the vector it is in was stored waits for that to reach the cache.
struct PlaneWindows {
  static constexpr std::int32_t most = 512;  ///< planes
  alignas(64) std::int32_t bin[most];
  alignas(64) std::int32_t piece[most];
  alignas(64) float y[most];

  /// For planes `first` ... `last` and up to the end of the last vector.
  COINCIDE_HD void set(const TofSinogramKernel& kernel, const TofSinogramKernel::State& state, const RowPieces& pieces,
                       std::int32_t first, std::int32_t last) {
    for (std::int32_t i = 0; i <= last - first; i += lanes) {
      const Ints planes = smaller(lane_numbers() + (first + i), Ints{} + last);
      constexpr float far = 1e6f;  // bins, out of any sinogram
      const Floats zero{};
      const Floats plane = __builtin_convertvector(planes, Floats);
      const Floats index = smaller(larger(zero - far, plane * state.index_step + state.index_0), zero + far);
      const Floats low = floor_of(index - state.reach);
      const Floats high = -floor_of(-(index + state.reach));
      Ints piece_of;
      Floats y_of;
      pieces.find(index - low, high - low > static_cast<float>(pieces.bins - 1), piece_of, y_of);
      const Floats kept = smaller(larger(zero - static_cast<float>(widest_window), low),
                                  zero + static_cast<float>(kernel.bins.num_bins));
      const Ints bin_of = __builtin_convertvector(kept, Ints);
      __builtin_memcpy(bin + i, &bin_of, sizeof(bin_of));
      __builtin_memcpy(piece + i, &piece_of, sizeof(piece_of));
      __builtin_memcpy(y + i, &y_of, sizeof(y_of));
    }
  }
};

/// Sums up what planes add to the bins. Neighbouring planes feed mostly the same ones: these stay in registers.
/// begin() before and end() after some planes whose bins grow or fall from `one` to `other`.
template <int window>
class BinSums {
 public:
  explicit BinSums(PaddedRow& row) : row_(row) {}

  COINCIDE_HD void begin(std::int32_t, std::int32_t) {}
  COINCIDE_HD void add(std::int32_t bin, Row<window> values) {
    if (bin != at_) {
      end();
      at_ = bin;
    }
    sum_ += values;
  }
  COINCIDE_HD void end() {
    row_.add(at_, sum_);
    sum_ = Row<window>{};
  }

 private:
  PaddedRow& row_;
  std::int32_t at_ = -widest_window;
  Row<window> sum_{};
};

/// Without a branch that would be mispredicted at every second bin: neighbouring planes are shifted into one window of
/// 16 bins, which holds them all if the LOR does not run along the bins too fast.
template <>
class BinSums<8> {
 public:
  explicit BinSums(PaddedRow& row) : row_(row) {}

  COINCIDE_HD void begin(std::int32_t one, std::int32_t other) {
    base_ = smaller(one, other);
    holds_all_ = larger(one, other) - base_ <= 8;
    sum_ = Wide{};
  }
  COINCIDE_HD void add(std::int32_t bin, Row<8> values) {
    if (!holds_all_) {
      row_.add(bin, values);
      return;
    }
    sum_.add(bin - base_, values);
  }
  COINCIDE_HD void end() {
    if (holds_all_) {
      sum_.add_to(row_, base_);
    }
  }

 private:
#ifdef __AVX512F__
  struct Wide {
    Row<16> sum{};
    COINCIDE_HD void add(std::int32_t shift, Row<8> values) {
      // Numbers below 0 wrap to the upper half, which is 0.
      const Row<16> padded =
          __builtin_shufflevector(values, Row<8>{}, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
      const auto number = (__m512i)(lane_numbers() - shift);
      sum += (Row<16>)_mm512_maskz_permutexvar_ps(0xffff, number, (__m512)padded);
    }
    COINCIDE_HD void add_to(PaddedRow& row, std::int32_t bin) const { row.add(bin, sum); }
  };
#else
  struct Wide {
    Row<8> low{}, high{};
    COINCIDE_HD void add(std::int32_t shift, Row<8> values) {
#ifdef __AVX2__
      const Ints number = lane_numbers();
      const auto turned = (Row<8>)_mm256_permutevar8x32_ps((__m256)values, (__m256i)(number - shift));
      low += number >= shift ? turned : Row<8>{};
      high += number < shift ? turned : Row<8>{};
#else
      alignas(64) float padded[24]{};
      __builtin_memcpy(padded + 8, &values, sizeof(values));
      Row<8> turned;
      __builtin_memcpy(&turned, padded + 8 - shift, sizeof(turned));
      low += turned;
      __builtin_memcpy(&turned, padded + 16 - shift, sizeof(turned));
      high += turned;
#endif
    }
    COINCIDE_HD void add_to(PaddedRow& row, std::int32_t bin) const {
      row.add(bin, low);
      row.add(bin + 8, high);
    }
  };
#endif

  PaddedRow& row_;
  std::int32_t base_ = 0;
  bool holds_all_ = true;
  Wide sum_;
};

COINCIDE_HD Row<8> folded(Row<8> x) { return x; }
COINCIDE_HD Row<8> folded(Row<16> x) {
  return __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
         __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
}

/// The sums of eight vectors at once.
COINCIDE_HD Row<8> sums_of(const Row<8> (&x)[8]) {
  const auto pairs = [](Row<8> a, Row<8> b) {
    return __builtin_shufflevector(a, b, 0, 2, 8, 10, 4, 6, 12, 14) +
           __builtin_shufflevector(a, b, 1, 3, 9, 11, 5, 7, 13, 15);
  };
  const Row<8> first = pairs(pairs(x[0], x[1]), pairs(x[2], x[3]));  // in each half: its share of the four sums
  const Row<8> last = pairs(pairs(x[4], x[5]), pairs(x[6], x[7]));
  return __builtin_shufflevector(first, last, 0, 1, 2, 3, 8, 9, 10, 11) +
         __builtin_shufflevector(first, last, 4, 5, 6, 7, 12, 13, 14, 15);
}

/// Writes the LOR's bins.
template <BoundaryRule boundary, template <int> class Rows, int window>
[[gnu::noinline]] void forward_rows(const TofSinogramKernel& kernel, const Rows<window>& rows, const RowPieces& pieces,
                                    const Prepared<TofRowsKernel>& p, const float* image, float* out) {
  PaddedRow row;
  row.clear(kernel.bins.num_bins);
  BinSums<window> bins(row);
  PlaneWindows windows;
  alignas(64) float values[PlaneWindows::most];
  for (std::int32_t first = p.ray.first; first <= p.ray.last; first += PlaneWindows::most) {
    const std::int32_t count = smaller(p.ray.last - first + 1, PlaneWindows::most + 0);
    windows.set(kernel, p.tof, pieces, first, first + count - 1);
    for_blocks<boundary>(
        p.ray, first, first + count - 1, [&](std::int32_t, Floats) { return Floats{} + p.tof.scale; },
        [&](std::int32_t plane, const Block& block) {
          const Floats gathered = gather(image, p.ray, block);
          __builtin_memcpy(values + (plane - first), &gathered, sizeof(gathered));
        });
    for (std::int32_t i = 0; i < count;) {
      const std::int32_t end = smaller(i + lanes, count);
      bins.begin(windows.bin[i], windows.bin[end - 1]);
      for (; i < end; ++i) {
        bins.add(windows.bin[i], rows.weights(windows.piece[i], windows.y[i]) * values[i]);
      }
      bins.end();
    }
  }
  __builtin_memcpy(out, row.bin(0), sizeof(float) * static_cast<std::size_t>(kernel.bins.num_bins));
}

template <BoundaryRule boundary, template <int> class Rows, int window>
[[gnu::noinline]] void back_rows(const TofSinogramKernel& kernel, const Rows<window>& rows, const RowPieces& pieces,
                                 const Prepared<TofRowsKernel>& p, const float* in, float* image) {
  PaddedRow row;
  row.clear(kernel.bins.num_bins);
  __builtin_memcpy(row.bin(0), in, sizeof(float) * static_cast<std::size_t>(kernel.bins.num_bins));
  PlaneWindows windows;
  alignas(64) float sums[PlaneWindows::most];
  for (std::int32_t first = p.ray.first; first <= p.ray.last; first += PlaneWindows::most) {
    const std::int32_t count = smaller(p.ray.last - first + 1, PlaneWindows::most + 0);
    windows.set(kernel, p.tof, pieces, first, first + count - 1);
    for (std::int32_t eight = 0; eight < count; eight += 8) {
      Row<8> products[8];
      COINCIDE_UNROLL(8)
      for (std::int32_t i = 0; i < 8; ++i) {
        const Row<window> weights = rows.weights(windows.piece[eight + i], windows.y[eight + i]);
        products[i] = folded(weights * row.load<Row<window>>(windows.bin[eight + i]));
      }
      const Row<8> eight_sums = sums_of(products);
      __builtin_memcpy(sums + eight, &eight_sums, sizeof(eight_sums));
    }
    for_blocks<boundary>(
        p.ray, first, first + count - 1,
        [&](std::int32_t plane, Floats) {
          Floats values;
          __builtin_memcpy(&values, sums + (plane - first), sizeof(values));
          return values * p.tof.scale;
        },
        [&](std::int32_t, const Block& block) { scatter(image, p.ray, block); });
  }
}

template <int window, class Project>
COINCIDE_HD void project_rows(const TofRows<window>& rows, const RowPieces& pieces, Project&& project) {
  if (pieces.may_dip) {
    project(ClippedRows<window>{rows}, pieces);
  } else {
    project(rows, pieces);
  }
}

/// Calls project(rows, pieces) with the weights of the LOR. False, without calling, if no window holds them.
template <class Project>
COINCIDE_HD bool with_rows(const TofRowsKernel& kernel, const TofSinogramKernel::State& state, Project&& project) {
  if (kernel.bins.num_bins > most_bins) {
    return false;
  }
  if (kernel.bins.sigma_per_lor) {
    const RowPieces pieces = row_pieces(state);
    if (TofRows<8>::fits(pieces)) {
      TofRows<8> rows;
      rows.fit(pieces, state.inverse_width);
      project_rows(rows, pieces, project);
      return true;
    }
    if (TofRows<16>::fits(pieces)) {
      TofRows<16> rows;
      rows.fit(pieces, state.inverse_width);
      project_rows(rows, pieces, project);
      return true;
    }
    return false;
  }
  if (kernel.window == 8) {
    project_rows(kernel.rows_8, kernel.pieces, project);
  } else if (kernel.window == 16) {
    project_rows(kernel.rows_16, kernel.pieces, project);
  }
  return kernel.window != 0;
}

template <BoundaryRule boundary>
COINCIDE_HD bool forward_vectors(const TofRowsKernel& kernel, const Prepared<TofRowsKernel>& p, const KeptWeights&,
                                 const float* image, float* out) {
  return with_rows(kernel, p.tof, [&](const auto& rows, const RowPieces& pieces) {
    forward_rows<boundary>(kernel, rows, pieces, p, image, out);
  });
}

template <BoundaryRule boundary>
COINCIDE_HD bool back_vectors(const TofRowsKernel& kernel, const Prepared<TofRowsKernel>& p, const float* in,
                              float* image) {
  return with_rows(kernel, p.tof, [&](const auto& rows, const RowPieces& pieces) {
    back_rows<boundary>(kernel, rows, pieces, p, in, image);
  });
}

}  // namespace coincide::projectors::COINCIDE_BACKEND
