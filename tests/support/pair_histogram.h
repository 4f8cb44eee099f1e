#pragma once

#include <optional>

#include "projectors/projector.h"
#include "recon/data/histogram.h"
#include "recon/image.h"
#include "support/small_scanner.h"

namespace coincide::tests {

/// All pairs of crystals of different modules, with factors from 0.5 to 2 and no counts.
inline recon::Histogram pair_histogram(const recon::Scanner& scanner, const std::optional<recon::TofAxis>& tof) {
  recon::Histogram histogram;
  histogram.point_mm = scanner.crystal_centre_mm;
  histogram.tof = tof;
  for (std::uint32_t a = 0; a < scanner.num_crystals(); ++a) {
    for (std::uint32_t b = a + 1; b < scanner.num_crystals(); ++b) {
      if (scanner.crystal_module[a] != scanner.crystal_module[b]) {
        const float m = 0.5F + 0.1F * static_cast<float>((7 * a + 3 * b) % 16);
        histogram.start.push_back(a);
        histogram.end.push_back(b);
        histogram.factor.insert(histogram.factor.end(), static_cast<std::size_t>(histogram.bins_per_lor()), m);
      }
    }
  }
  histogram.counts.resize(histogram.factor.size());
  histogram.additive.resize(histogram.factor.size());
  return histogram;
}

/// A image of all bins.
inline std::vector<float> projected(const recon::Histogram& histogram, const recon::Image& image) {
  std::vector<float> values(static_cast<std::size_t>(histogram.num_bins()));
  const projectors::Projector projector(image.grid);
  const projectors::Lors lors = histogram.lors(0, histogram.num_lors());
  if (histogram.tof) {
    projector.forward(lors, histogram.tof->bins(), image.values.data(), values.data());
  } else {
    projector.forward(lors, projectors::NoTof{}, image.values.data(), values.data());
  }
  return values;
}

/// Puts m A image + b into the counts.
inline void expect_counts(recon::Histogram& histogram, const recon::Image& image) {
  const std::vector<float> values = projected(histogram, image);
  for (std::size_t i = 0; i < values.size(); ++i) {
    histogram.counts[i] = histogram.factor[i] * values[i] + histogram.additive[i];
  }
}

}  // namespace coincide::tests
