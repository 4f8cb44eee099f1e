#pragma once

#include <cstdint>
#include <unordered_map>
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
  std::unordered_map<std::uint64_t, recon::Vec3> points_mm_;  ///< by their place in hundredths of a mm
  std::vector<std::uint64_t> recent_;                         ///< by a hash: places that are known to be among them
  std::uint64_t num_added_ = 0;
  bool too_many_ = false;
};

/// A scanner whose crystals are at these points: they look at the axis through their middle, and are as large as the
/// distance to their neighbours. Ids go around the axis. It has one TOF bin that holds everything. Throws InputError
/// for points that can be no scanner.
recon::Scanner scanner_at_points(std::vector<recon::Vec3> points_mm);

/// Makes modules of crystals that follow each other: 64, or fewer where that leaves few modules; what is left over is
/// one of another type.
void set_even_modules(recon::Scanner& scanner);

/// Gives all pairs of modules the same TOF bins: of a width of at most a fifth of sigma, with centres at its
/// multiples, as far as `farthest_mm` from the middle, though not much farther than any LOR:
/// randoms lie beyond their LOR's ends, too.
void set_fine_tof_bins(recon::Scanner& scanner, double sigma_mm, double farthest_mm);

}  // namespace coincide::io
