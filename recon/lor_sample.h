#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "recon/crystal_groups.h"

namespace coincide::recon {

/// A part of all pairs of crystals, spread evenly over their places: sums over it have less noise than over pairs drawn
/// at random (sampling by a rank-1 lattice: Sloan and Joe, Lattice Methods for Multiple Integration, 1994). Each pair
/// has a number from 0 to 1, made of the places of both crystals around the axis and along it; a part is what lies
/// between two numbers.
class LorSample {
 public:
  struct Part {
    double first = 0;
    double last = 1;
    double size() const { return last - first; }
  };

  /// Keeps a reference to `groups`. Throws InputError for a part that is smaller than 2^-30 or not within 0 ... 1.
  LorSample(const Scanner& scanner, const CrystalGroups& groups, Part part);
  LorSample(const Scanner&, const CrystalGroups&&, Part) = delete;

  /// Calls visit(b, place) for each crystal b of a group that is with crystal a in the part; places in it are spread
  /// evenly from 0 to 1.
  template <class Visit>
  void for_partners(std::uint32_t a, std::uint32_t group, const Visit& visit) const {
    if (is_all_) {
      for (const std::uint32_t b : groups_.crystals(group)) {
        visit(b, 0.0F);
      }
      return;
    }
    const std::span<const Place> places = places_in(group);
    const std::uint32_t low = low_ - place_of_first_[a];
    std::size_t next = first_not_below(places, low);
    for (std::size_t i = 0; i < places.size(); ++i, ++next) {
      const Place& place = places[next < places.size() ? next : next - places.size()];
      const std::uint32_t from_low = place.number - low;
      if (from_low > width_minus_1_) {
        return;
      }
      visit(place.crystal, static_cast<float>(from_low) / (static_cast<float>(width_minus_1_) + 1));
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

  void place_crystals(const Scanner& scanner);
  std::span<const Place> places_in(std::uint32_t group) const;
  static std::size_t first_not_below(std::span<const Place> places, std::uint32_t number);
  std::size_t most_in_part(std::span<const Place> places) const;

  const CrystalGroups& groups_;
  bool is_all_;
  std::uint32_t low_;
  std::uint32_t width_minus_1_;
  std::vector<std::uint32_t> place_of_first_;  ///< by crystal, where it is the first of a pair; empty: all pairs
  std::vector<Place> place_of_second_;         ///< ascending within each group; empty: all pairs
  std::vector<std::size_t> most_partners_;     ///< by group
};

}  // namespace coincide::recon
