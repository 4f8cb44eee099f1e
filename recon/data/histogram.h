#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "recon/data/lor_share.h"
#include "recon/data/tof_axis.h"
#include "recon/scanner.h"

namespace coincide::recon {

/// Counts in bins, each a LOR or a TOF bin of one, with the factors of y ~ Poisson(m (A x) + b). It is complete: what
/// has no bin here cannot be measured.
struct Histogram {
  std::vector<Vec3> point_mm;        ///< end points of LORs: crystals, or any others
  std::vector<std::uint32_t> start;  ///< by LOR, index into point_mm
  std::vector<std::uint32_t> end;    ///< by LOR; TOF bins count towards it
  std::optional<TofAxis> tof;        ///< of every LOR; without, each LOR is one bin
  std::vector<float> counts;         ///< by bin, [LOR][TOF bin]; expected counts need not be whole
  std::vector<float> factor;         ///< m by bin, whole
  std::vector<float> additive;       ///< b by bin [counts]
  std::vector<std::uint32_t> view;   ///< by LOR, what subsets are made of; empty: they are made of single LORs

  std::int64_t num_lors() const { return std::ssize(start); }
  std::int64_t bins_per_lor() const { return tof ? tof->num_bins : 1; }
  std::int64_t num_bins() const { return num_lors() * bins_per_lor(); }
  /// Some LORs. Refers to the histogram.
  projectors::Lors lors(std::int64_t first, std::int64_t count) const;
  /// Lets go of the other LORs.
  void keep(const LorShare& share);
  /// Throws InputError naming the first inconsistency: lengths of columns, indices, values that are negative or not
  /// finite, a TOF axis of no use.
  void check() const;
};

/// Memory of the columns of so many LORs.
std::uint64_t histogram_bytes(std::uint64_t num_lors, std::int64_t bins_per_lor);

}  // namespace coincide::recon
