#pragma once

#include <array>
#include <cstdint>
#include <unordered_set>
#include <vector>

#include "recon/scanner.h"

namespace coincide::io {

/// The different end points of LORs, as long as they are few enough to be the crystals of a scanner.
class EndPoints {
 public:
  void add(const recon::Vec3& point_mm);
  /// Every crystal was seen several times: the points are places of crystals, not of interactions.
  bool are_discrete() const;
  std::uint64_t num_added() const { return num_added_; }
  std::vector<recon::Vec3> list() const;

 private:
  struct Hash {
    std::size_t operator()(const std::array<std::int32_t, 3>& point) const;
  };
  std::unordered_set<std::array<std::int32_t, 3>, Hash> points_um_;  ///< in thousandths of a mm
  std::uint64_t num_added_ = 0;
  bool too_many_ = false;
};

/// A scanner whose crystals are at these points: they look at the axis through their middle, and are as large as the
/// distance to their neighbours. Ids go around the axis. It has one TOF bin that holds everything. Throws InputError
/// for points that can be no scanner.
recon::Scanner scanner_at_points(std::vector<recon::Vec3> points_mm);

/// Gives all pairs of modules the same TOF bins: of a width of at most a fifth of sigma, with centres at its
/// multiples, as far as `farthest_mm` from the middle, though not farther than any LOR.
void set_fine_tof_bins(recon::Scanner& scanner, double sigma_mm, double farthest_mm);

}  // namespace coincide::io
