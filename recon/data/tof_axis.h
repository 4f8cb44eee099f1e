#pragma once

#include <cstdint>

#include "projectors/geometry.h"

namespace coincide::recon {

/// Equal TOF bins of every LOR: bin i is centred at (i - (num_bins - 1) / 2) * bin_width_mm from the LOR's midpoint,
/// positive towards its end.
struct TofAxis {
  std::int32_t num_bins = 0;
  float bin_width_mm = 0;
  float sigma_mm = 0;    ///< of the resolution before binning
  float num_sigmas = 3;  ///< from a bin's centre, where its Gaussian is cut

  projectors::TofBin bin(std::int64_t index) const {
    const float from_middle = static_cast<float>(index) - 0.5F * static_cast<float>(num_bins - 1);
    return {.centre_mm = from_middle * bin_width_mm, .width_mm = bin_width_mm, .sigma_mm = sigma_mm};
  }
  /// For projectors; refers to this axis.
  projectors::TofBins bins() const {
    return {.num_bins = num_bins, .bin_width_mm = bin_width_mm, .sigma_mm = &sigma_mm, .num_sigmas = num_sigmas};
  }
};

}  // namespace coincide::recon
