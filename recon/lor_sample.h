#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "recon/crystal_groups.h"

namespace coincide::recon {

/// A part of all pairs of crystals, spread evenly: sums over it have less noise than over pairs drawn at random
/// (sampling by a rank-1 lattice: Sloan and Joe, Lattice Methods for Multiple Integration, 1994). Each pair has a
/// number from 0 to 1; a part is what lies between two numbers.
class LorSample {
 public:
  struct Part {
    double first = 0;
    double last = 1;
    double size() const { return last - first; }
  };

  /// What is spread evenly, and what a pair's number is made of.
  enum class Spread {
    pairs,  ///< single pairs, by the places of both crystals around the axis and along it
    /// Beams of parallel LORs, by their directions around the axis and against it. A beam is whole, and crosses
    /// neighbouring voxels alike: where there are a thousand of them and more, they leave less noise than as many
    /// single pairs.
    beams,
  };

  /// Keeps a reference to `groups`. Throws InputError for a part that is smaller than 2^-30 or not within 0 ... 1.
  LorSample(const Scanner& scanner, const CrystalGroups& groups, Part part, Spread spread = Spread::pairs);
  LorSample(const Scanner&, const CrystalGroups&&, Part, Spread = Spread::pairs) = delete;

  /// Calls visit(b) for each crystal b of a group that is with crystal a in the part.
  template <class Visit>
  void for_partners(std::uint32_t a, std::uint32_t group, const Visit& visit) const {
    if (is_all_) {
      for (const std::uint32_t b : groups_.crystals(group)) {
        visit(b);
      }
      return;
    }
    const std::span<const Place> places = places_in(group, kind_of_first_[a]);
    const std::uint32_t low = low_ - place_of_first_[a];
    std::size_t next = first_not_below(places, low);
    for (std::size_t i = 0; i < places.size(); ++i, ++next) {
      const Place& place = places[next < places.size() ? next : next - places.size()];
      if (place.number - low > width_minus_1_) {
        return;
      }
      visit(place.crystal);
    }
  }
  /// No crystal has more partners in that group.
  std::size_t most_partners(std::uint32_t group) const { return most_partners_[group]; }

 private:
  /// Numbers count in 2^-32 and wrap around.
  struct Place {
    std::uint32_t number;
    std::uint32_t crystal;
  };

  void place_crystals(const Scanner& scanner, Spread spread);
  std::span<const Place> places_in(std::uint32_t group, std::uint32_t kind_of_first) const;
  static std::size_t first_not_below(std::span<const Place> places, std::uint32_t number);
  std::size_t most_in_part(std::span<const Place> places) const;

  const CrystalGroups& groups_;
  bool is_all_;
  std::uint32_t low_;
  std::uint32_t width_minus_1_;
  // By crystal, where it is the first of a pair; empty: all pairs.
  std::vector<std::uint32_t> place_of_first_;
  std::vector<std::uint8_t> kind_of_first_;  ///< which of the tables of second places holds
  std::uint32_t num_kinds_ = 0;
  std::vector<Place> place_of_second_;      ///< for each kind, ascending within each group
  std::vector<std::size_t> most_partners_;  ///< by group
};

}  // namespace coincide::recon
