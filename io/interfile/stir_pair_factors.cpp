#include "io/interfile/stir_pair_factors.h"

#include <array>
#include <cstdint>

namespace coincide::io {
namespace {

using RingPairs = std::vector<std::array<std::uint32_t, 2>>;

/// Rings of detectors 1 and 2 that each plane of each segment gathers, of pairs that are not turned round.
std::vector<std::vector<RingPairs>> ring_pairs(const StirSinogramLayout& layout) {
  std::vector<std::vector<RingPairs>> pairs;
  for (const StirSegment& segment : layout.segments) {
    pairs.emplace_back(static_cast<std::size_t>(segment.planes));
  }
  const std::int64_t opposite = layout.scanner.detectors / 2;
  for (std::int64_t one = 0; one < layout.scanner.rings; ++one) {
    for (std::int64_t two = 0; two < layout.scanner.rings; ++two) {
      if (const auto bin = layout.bin_of(one, 0, two, opposite, 0)) {
        pairs[static_cast<std::size_t>(bin->segment)][static_cast<std::size_t>(bin->plane)].push_back(
            {static_cast<std::uint32_t>(one), static_cast<std::uint32_t>(two)});
      }
    }
  }
  return pairs;
}

/// Of the scanner, [ring][detector].
std::vector<std::uint32_t> crystals_of(const StirDetectors& detectors) {
  std::vector<std::uint32_t> crystals(detectors.ring.size());
  for (std::uint32_t crystal = 0; crystal < crystals.size(); ++crystal) {
    crystals[detectors.ring[crystal] * static_cast<std::size_t>(detectors.scanner.detectors) +
             detectors.detector[crystal]] = crystal;
  }
  return crystals;
}

/// The same bins without anything mashed or compressed: each is one pair of detectors.
StirSinogramLayout single_pairs(StirSinogramLayout layout) {
  layout.views = layout.scanner.detectors / 2;
  layout.segments = {{0, 0, layout.scanner.rings}};
  return layout;
}

}  // namespace

std::vector<float> pair_factors(const StirSinogramLayout& layout, const StirDetectors& detectors,
                                const recon::MultiplicativeModel& model, recon::Reporter& reporter) {
  const std::vector<std::vector<RingPairs>> rings = ring_pairs(layout);
  const std::vector<std::uint32_t> crystals = crystals_of(detectors);
  const StirSinogramLayout single = single_pairs(layout);
  const auto per_ring = static_cast<std::size_t>(layout.scanner.detectors);
  const auto sum_of = [&](const StirBin& bin) {
    double sum = 0;
    for (std::int64_t view = bin.view * layout.view_mashing(); view < (bin.view + 1) * layout.view_mashing(); ++view) {
      const auto pair = single.detectors_of({.view = view, .tangential = bin.tangential});
      for (const auto& [one, two] : rings[static_cast<std::size_t>(bin.segment)][static_cast<std::size_t>(bin.plane)]) {
        sum += model.factor_over_windows(crystals[one * per_ring + static_cast<std::size_t>(pair[1])],
                                         crystals[two * per_ring + static_cast<std::size_t>(pair[3])]);
      }
    }
    return static_cast<float>(sum);
  };
  std::vector<float> factors;
  factors.reserve(static_cast<std::size_t>(layout.num_lors()));
  for (StirBin bin; bin.segment < std::ssize(layout.segments); ++bin.segment) {
    if (reporter.stop_requested()) {
      return {};
    }
    const std::int64_t planes = layout.segments[static_cast<std::size_t>(bin.segment)].planes;
    for (bin.view = 0; bin.view < layout.views; ++bin.view) {
      for (bin.plane = 0; bin.plane < planes; ++bin.plane) {
        for (bin.tangential = 0; bin.tangential < layout.tangential; ++bin.tangential) {
          factors.push_back(sum_of(bin));
        }
      }
    }
    reporter.progress("factors of the sinogram's bins",
                      static_cast<double>(bin.segment + 1) / static_cast<double>(layout.segments.size()));
  }
  return factors;
}

}  // namespace coincide::io
