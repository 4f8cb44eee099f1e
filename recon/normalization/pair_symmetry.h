#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "recon/normalization/pair_counts.h"
#include "recon/scanner.h"

namespace coincide::recon {

/// How finely pairs of crystals are told apart by their places.
enum class PairClasses {
  none,        ///< not at all
  transaxial,  ///< by their places around the ring alone, so that many pairs share a factor
  full,        ///< by their rings, too
};

/// The places of crystals on rings about z as whole numbers, and what of them repeats: turns, shifts along the axis and
/// mirrors that map the crystals onto each other. A flat bucket of several blocks repeats as a whole, whatever the file
/// calls a module.
class PairSymmetry {
 public:
  explicit PairSymmetry(const Scanner& scanner);

  std::size_t num_turns() const { return angles_ / turn_; }  ///< about z, that change nothing
  /// Classes 0, 1 ... of the pairs: those that a symmetry maps onto each other share one.
  std::vector<std::uint32_t> classes(const PairCounts& pairs, PairClasses by) const;

 private:
  struct Place {
    std::int64_t angle, ring, radius;
  };
  using Key = std::array<std::int64_t, 6>;

  Key key_of(const Place& a, const Place& b) const;
  std::optional<Place> mirrored_across(const Place& place) const;
  std::optional<Place> mirrored_along(const Place& place) const;

  std::vector<Place> places_;
  std::int64_t angles_ = 0, turn_ = 0;  ///< different angles, and those in one period
  std::int64_t rings_ = 0, shift_ = 0;
  std::optional<std::int64_t> angle_mirror_, ring_mirror_;  ///< n becomes this - n
};

}  // namespace coincide::recon
