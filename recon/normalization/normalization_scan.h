#pragma once

#include <vector>

#include "recon/compute_device.h"
#include "recon/events.h"
#include "recon/image.h"
#include "recon/model.h"
#include "recon/normalization/fit.h"
#include "recon/normalization/pair_symmetry.h"

namespace coincide::recon {

/// Counts of a scan of a known source, pair by pair, with what the source makes expect: 12 bytes for each pair,
/// and 4 more with its class.
class NormalizationScan {
 public:
  /// `geometry` holds the solid angle only. `annihilations` per mm^3 during the scan, `attenuation` in 1/cm or null.
  NormalizationScan(const MultiplicativeModel& geometry, const Image& annihilations, const Image* attenuation,
                    ComputeDevice& device, int num_threads, Reporter& reporter);
  NormalizationScan(const MultiplicativeModel&&, const Image&, const Image*, ComputeDevice&, int, Reporter&) = delete;

  /// Counts all prompts, and makes the background of the delayeds, if there are any. Throws FileError.
  void count(EventSource& events, Reporter& reporter);

  PairCounts& pairs() { return pairs_; }
  std::uint64_t prompts() const { return prompts_; }
  std::uint64_t delayeds() const { return delayeds_; }

  /// Efficiencies of crystals as the fit has found them, `before` for the rest; with factors of classes these become
  /// tables of pairs, which then hold the solid angle, too.
  Efficiencies efficiencies(const NormalizationFit& fit, const Efficiencies& before) const;

 private:
  void list_pairs(Reporter& reporter);
  void project(const Image& annihilations, const Image* attenuation, ComputeDevice& device, Reporter& reporter);
  void count(const EventBlock& block, std::vector<std::uint64_t>& delayeds);
  std::vector<Efficiencies::PairTable> pair_tables(const NormalizationFit& fit) const;

  const MultiplicativeModel& geometry_;
  int num_threads_;
  PairCounts pairs_;
  std::uint64_t prompts_ = 0, delayeds_ = 0;
};

}  // namespace coincide::recon
