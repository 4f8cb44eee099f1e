#pragma once

// Resolution model whose widths depend on where a voxel lies across z: along the columns of voxels, then across them.

#include <cstdint>

#include "recon/psf.h"

namespace coincide::recon::kernels {

/// Whether an image that goes on beyond its faces as in mirrors lies the other way round at place `i`.
COINCIDE_HD bool is_turned(std::int64_t i, std::int64_t length) {
  return (i < 0 || i >= length) && ((i % (2 * length) + 2 * length) % (2 * length)) >= length;
}

enum class ColumnStep { along, spread_across, gather_across };

/// Weights of what each column of voxels gives to the columns around it, and each voxel to those above and below. What
/// would leave the image comes back as from mirrors at its faces, as with GaussianFilter.
struct ColumnBlur {
  std::int64_t shape[3];
  std::int64_t reach[3];  ///< voxels to either side
  const float* along;     ///< by column of the source, [reach[2] + 1]: the same on both sides
  const float* across;    ///< by column of the source, [2 reach[0] + 1][2 reach[1] + 1]

  /// The step's result in `n` voxels from (x, y, z) on. H = spread_across along; H^T = along gather_across.
  template <int n>
  COINCIDE_HD void at(ColumnStep step, const float* in, std::int64_t x, std::int64_t y, std::int64_t z,
                      float (&sum)[n]) const {
    for (int i = 0; i < n; ++i) {
      sum[i] = 0;
    }
    if (step == ColumnStep::along) {
      add_along(in + column(x, y) * shape[2], along + column(x, y) * (reach[2] + 1), z, sum);
    } else {
      add_across(step == ColumnStep::spread_across, in, x, y, z, sum);
    }
  }

  COINCIDE_HD std::int64_t column(std::int64_t x, std::int64_t y) const { return x * shape[1] + y; }
  COINCIDE_HD const float* weights_of(std::int64_t column) const {
    return across + column * (2 * reach[0] + 1) * (2 * reach[1] + 1);
  }

 private:
  template <int n>
  COINCIDE_HD void add_along(const float* line, const float* taps, std::int64_t z, float (&sum)[n]) const {
    const bool inside = z >= reach[2] && z + n + reach[2] <= shape[2];
    for (int i = 0; i < n; ++i) {
      sum[i] = taps[0] * line[z + i];
    }
    for (std::int64_t tap = 1; tap <= reach[2]; ++tap) {
      for (int i = 0; i < n; ++i) {
        const std::int64_t before = z + i - tap, after = z + i + tap;
        sum[i] += taps[tap] * (line[inside ? before : mirrored_place(before, shape[2])] +
                               line[inside ? after : mirrored_place(after, shape[2])]);
      }
    }
  }

  /// A column takes from those around it with their weights (spread), or with its own (gather).
  template <int n>
  COINCIDE_HD void add_across(bool spreads, const float* in, std::int64_t x, std::int64_t y, std::int64_t z,
                              float (&sum)[n]) const {
    const std::int64_t row = 2 * reach[1] + 1;
    for (std::int64_t i = -reach[0]; i <= reach[0]; ++i) {
      const std::int64_t other_x = mirrored_place(x + i, shape[0]);
      const std::int64_t back_x = is_turned(x + i, shape[0]) ? i : -i;  // from there, as it lies in the image
      for (std::int64_t j = -reach[1]; j <= reach[1]; ++j) {
        const std::int64_t other = column(other_x, mirrored_place(y + j, shape[1]));
        const std::int64_t back_y = is_turned(y + j, shape[1]) ? j : -j;
        const float weight = spreads ? weights_of(other)[(reach[0] + back_x) * row + reach[1] + back_y]
                                     : weights_of(column(x, y))[(reach[0] + i) * row + reach[1] + j];
        const float* voxels = in + other * shape[2] + z;
        for (int k = 0; k < n; ++k) {
          sum[k] += weight * voxels[k];
        }
      }
    }
  }
};

}  // namespace coincide::recon::kernels
