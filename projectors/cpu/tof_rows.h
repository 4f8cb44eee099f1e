#pragma once

// TOF weights of a plane for all bins in its reach without an error function per bin: they depend only on where the
// plane lies between two bins, and as functions of that place they are polynomials, fitted once per sigma.

#include "projectors/kernels/tof.h"

namespace coincide::projectors::COINCIDE_BACKEND {

/// One number for each of `window` neighbouring bins. Spelled out: GCC 12 has no vectors of a size that depends.
template <int window>
struct RowOf;
template <>
struct RowOf<8> {
  using Type = float __attribute__((vector_size(32)));
};
template <>
struct RowOf<16> {
  using Type = float __attribute__((vector_size(64)));
};
template <int window>
using Row = typename RowOf<window>::Type;

/// The place of a plane is t = its continuous bin index - the first bin in its reach, in reach ... reach + 1. From some
/// t on one more bin is in reach, which cuts the interval into two parts; both are cut on into equal pieces.
struct RowPieces {
  int bins;            ///< in reach in the first part; one more in the second
  int pieces;          ///< of each part
  bool may_dip;        ///< the polynomials may fall below 0
  float start[2];      ///< of the parts
  float length[2];     ///< of one of its pieces
  float per_place[2];  ///< pieces in a unit of t

  /// The number of a piece and the place in it, -1 ... 1.
  template <class Reals, class Integers>
  COINCIDE_HD void find(Reals t, Integers second_part, Integers& piece, Reals& y) const {
    const Reals zero{};
    const Reals start_t = second_part ? zero + start[1] : zero + start[0];
    const Reals scale = second_part ? zero + per_place[1] : zero + per_place[0];
    const Reals at = smaller(larger(zero, (t - start_t) * scale), zero + static_cast<float>(pieces));
    const Integers number = smaller(__builtin_convertvector(at, Integers), Integers{} + (pieces - 1));
    piece = second_part ? number + pieces : number;
    y = 2 * (at - __builtin_convertvector(number, Reals)) - 1;
  }
};

/// Pieces of at most 1.1 sigma, so that polynomials of degree 7 err by less than 1e-7: interpolated in Chebyshev's
/// nodes, |error| <= (piece / 2 sigma)^8 / (2^7 8!) * max|f^(8)|, and for a Gaussian integrated over a bin
/// max|f^(8)| <= 42 bins / sigma.
/// Values in the nodes err by up to 2.5e-7 and polynomials by 1e-6: these may dip below 0 if the lower edge of the
/// farthest bin, a bin beyond the reach, is where the error function is that near to 1.
COINCIDE_HD RowPieces row_pieces(const TofSinogramKernel::State& state) {
  constexpr float longest_in_sigmas = 1.1f;
  constexpr float too_many = 1e6f;
  constexpr float near_1 = 3;
  const float bins = TofSinogramKernel::bins_across(state);
  const float bin_in_sigmas = state.inverse_width / inverse_sqrt_2;
  RowPieces row;
  row.bins = static_cast<int>(smaller(bins, too_many)) + 1;
  row.pieces = static_cast<int>(smaller(__builtin_ceilf(bin_in_sigmas / longest_in_sigmas), too_many));
  row.may_dip = (state.reach + 0.5f) * state.inverse_width > near_1;
  const float first_part = larger(bins - 2 * state.reach, 0.0f);
  const float parts[2] = {first_part, 1 - first_part};
  row.start[0] = state.reach;
  row.start[1] = bins - state.reach;
  for (int i = 0; i < 2; ++i) {
    row.length[i] = parts[i] / static_cast<float>(row.pieces);
    row.per_place[i] = parts[i] > 0 ? static_cast<float>(row.pieces) / parts[i] : 0;
  }
  return row;
}

/// The polynomials of one sigma for windows of up to `window` bins.
template <int window>
class TofRows {
 public:
  static constexpr int terms = 8;
  static constexpr int most_pieces = 8;  ///< of each part

  static COINCIDE_HD bool fits(const RowPieces& pieces) {
    return pieces.bins + 1 <= window && pieces.pieces <= most_pieces;
  }

  [[gnu::noinline]] void fit(const RowPieces& pieces, float inverse_width) {
    for (int part = 0; part < 2; ++part) {
      for (int i = 0; i < pieces.pieces; ++i) {
        const float length = pieces.length[part];
        fit_piece(pieces.start[part] + (static_cast<float>(i) + 0.5f) * length, length / 2, pieces.bins + part,
                  inverse_width, rows_[part * pieces.pieces + i]);
      }
    }
  }

  /// Weights at place y of a piece. Their sum is 1.
  COINCIDE_HD Row<window> weights(std::int32_t piece, float y) const {
    const Row<window>* c = rows_[piece];
    Row<window> sum = c[terms - 1];
    COINCIDE_UNROLL(8)
    for (int k = terms - 2; k >= 0; --k) {
      sum = sum * y + c[k];
    }
    return sum;
  }

 private:
  /// Weights of the bins at place t, those after the first `bins` being 0. `last` and `norm` are the error function at
  /// the upper edge of the last bin, and 1 / (that - the same at the lower edge of the first).
  static COINCIDE_HD Row<window> weights_at(float t, int bins, float inverse_width, float last, float norm) {
    Row<window> number;
    for (int i = 0; i < window; ++i) {
      number[i] = static_cast<float>(i);
    }
    const Row<window> edges = fast_erf((number - 0.5f - t) * inverse_width);
    Row<window> upper{};
    for (int i = 0; i + 1 < window; ++i) {
      upper[i] = edges[i + 1];
    }
    upper = number < static_cast<float>(bins - 1) ? upper : Row<window>{} + last;
    return number < static_cast<float>(bins) ? (upper - edges) * norm : Row<window>{};
  }

  /// Interpolation in Chebyshev's nodes cos((2 n + 1) pi / 16), then the coefficients of the powers of y.
  static COINCIDE_HD void fit_piece(float middle, float half, int bins, float inverse_width, Row<window>* out) {
    constexpr float cosine[8] = {1,
                                 0.980785280f,  // of pi / 16, 2 pi / 16, ...
                                 0.923879532f,
                                 0.831469612f,
                                 0.707106781f,
                                 0.555570233f,
                                 0.382683432f,
                                 0.195090322f};
    using Numbers = Row<window>;
    // The edges of the window for all nodes at once: the first four right of the middle, the others left of it.
    constexpr Row<8> node{cosine[1], cosine[3], cosine[5], cosine[7], -cosine[1], -cosine[3], -cosine[5], -cosine[7]};
    const Row<8> t = middle + half * node;
    const Row<8> last = fast_erf((static_cast<float>(bins) - 0.5f - t) * inverse_width);
    const Row<8> norm = 1 / (last - fast_erf((-0.5f - t) * inverse_width));
    Numbers even[4], odd[4];
    for (int n = 0; n < 4; ++n) {
      const Numbers right = weights_at(t[n], bins, inverse_width, last[n], norm[n]);
      const Numbers left = weights_at(t[n + 4], bins, inverse_width, last[n + 4], norm[n + 4]);
      even[n] = (right + left) / 4;
      odd[n] = (right - left) / 4;
    }
    const float c1 = cosine[1], c2 = cosine[2], c3 = cosine[3], c4 = cosine[4], c5 = cosine[5], c6 = cosine[6],
                c7 = cosine[7];
    const Numbers t0 = (even[0] + even[1] + even[2] + even[3]) / 2;
    const Numbers t2 = (even[0] - even[3]) * c2 + (even[1] - even[2]) * c6;
    const Numbers t4 = (even[0] - even[1] - even[2] + even[3]) * c4;
    const Numbers t6 = (even[0] - even[3]) * c6 - (even[1] - even[2]) * c2;
    const Numbers t1 = odd[0] * c1 + odd[1] * c3 + odd[2] * c5 + odd[3] * c7;
    const Numbers t3 = odd[0] * c3 - odd[1] * c7 - odd[2] * c1 - odd[3] * c5;
    const Numbers t5 = odd[0] * c5 - odd[1] * c1 + odd[2] * c7 + odd[3] * c3;
    const Numbers t7 = odd[0] * c7 - odd[1] * c5 + odd[2] * c3 - odd[3] * c1;
    const Numbers powers[terms] = {t0 - t2 + t4 - t6,
                                   t1 - 3 * t3 + 5 * t5 - 7 * t7,
                                   2 * t2 - 8 * t4 + 18 * t6,
                                   4 * t3 - 20 * t5 + 56 * t7,
                                   8 * t4 - 48 * t6,
                                   16 * t5 - 112 * t7,
                                   32 * t6,
                                   64 * t7};
    for (int k = 0; k < terms; ++k) {
      out[k] = powers[k];
    }
  }

  Row<window> rows_[2 * most_pieces][terms];
};

/// Rows that may dip, kept from it.
template <int window>
struct ClippedRows {
  const TofRows<window>& rows;
  COINCIDE_HD Row<window> weights(std::int32_t piece, float y) const { return not_negative(rows.weights(piece, y)); }
};

}  // namespace coincide::projectors::COINCIDE_BACKEND
