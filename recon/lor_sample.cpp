#include "recon/lor_sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "projectors/error.h"
#include "recon/field_of_view.h"

namespace coincide::recon {
namespace {

/// What a step by one place adds to a pair's number, in 2^-32.
struct Steps {
  std::uint32_t around;
  std::uint32_t along;
};
/// A pair's number is the sum of what its crystals add; so many neighbouring places of a direction, around the axis and
/// along it, have the same.
struct Numbering {
  Steps of_first;
  Steps of_second;
  std::uint32_t together;
};

/// Steps are powers of 1 / x with x^5 = x + 1, with which four numbers fill their space most evenly, and with
/// x^3 = x + 1, for two (Roberts, The unreasonable effectiveness of quasirandom sequences, 2018). Pairs are parallel
/// where the sum of both places around the axis and the difference of those along it are the same.
Numbering numbering(LorSample::Spread spread, std::uint32_t num_rings) {
  if (spread == LorSample::Spread::pairs) {
    return {{3679390609U, 3152041523U}, {2700274806U, 2313257605U}, 1};
  }
  // The LORs of a beam are a crystal apart; those of the next lie between them, so that voxels half as large are
  // crossed alike. Short scanners have too few beams to take them by fours.
  constexpr std::uint32_t rings_of_long_scanner = 64;
  constexpr Steps steps{2447445413U, 3242174889U};
  return {steps, {steps.around, -steps.along}, num_rings < rings_of_long_scanner ? 1U : 2U};
}

std::uint32_t in_2_32nds(double part) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(std::ldexp(std::clamp(part, 0.0, 1.0), 32)));
}

/// Counts the distinct values in ascending order: the place of each among them.
template <class Value>
std::vector<std::uint32_t> places_among(const std::vector<Value>& values) {
  std::vector<Value> distinct = values;
  std::ranges::sort(distinct);
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::vector<std::uint32_t> places;
  places.reserve(values.size());
  for (const Value& value : values) {
    places.push_back(static_cast<std::uint32_t>(std::ranges::lower_bound(distinct, value) - distinct.begin()));
  }
  return places;
}

/// Where a crystal is around the axis, and where along it.
struct CrystalPlaces {
  std::vector<std::uint32_t> around;
  std::vector<std::uint32_t> along;
};

CrystalPlaces places_of_crystals(const Scanner& scanner) {
  constexpr double step_mm = 0.01;  // crystals that differ by less are at one place
  constexpr double step_rad = 1e-5;
  const FieldOfView field(scanner);
  const Vec3 w = field.axis();
  const std::size_t least = w[0] * w[0] < 0.5F ? 0 : 1;
  Vec3 u{};
  u[least] = 1;  // not along the axis; its part across it
  for (std::size_t i = 0; i < 3; ++i) {
    u[i] -= w[least] * w[i];
  }
  const Vec3 v{w[1] * u[2] - w[2] * u[1], w[2] * u[0] - w[0] * u[2], w[0] * u[1] - w[1] * u[0]};
  std::vector<std::pair<std::int64_t, std::int64_t>> around;  // angle and distance from the axis
  std::vector<std::int64_t> along;
  for (const Vec3& centre : scanner.crystal_centre_mm) {
    std::array<double, 3> at{};
    for (std::size_t i = 0; i < 3; ++i) {
      const double from_middle = static_cast<double>(centre[i]) - field.middle_mm()[i];
      at[0] += u[i] * from_middle;
      at[1] += v[i] * from_middle;
      at[2] += w[i] * from_middle;
    }
    around.emplace_back(std::llround(std::atan2(at[1], at[0]) / step_rad),
                        std::llround(std::hypot(at[0], at[1]) / step_mm));
    along.push_back(std::llround(at[2] / step_mm));
  }
  return {places_among(around), places_among(along)};
}

}  // namespace

LorSample::LorSample(const Scanner& scanner, const CrystalGroups& groups, Part part, Spread spread)
    : groups_(groups),
      is_all_(part.first == 0 && part.last == 1),
      low_(in_2_32nds(part.first)),
      width_minus_1_(in_2_32nds(part.last) - 1 - low_) {
  if (!(part.first >= 0 && part.last <= 1 && part.size() >= 0x1p-30)) {
    throw InputError(fmt::format("the part of the crystal pairs from {:g} to {:g} is empty or not within 0 and 1",
                                 part.first, part.last));
  }
  if (!is_all_) {
    place_crystals(scanner, spread);
  }
  for (std::uint32_t group = 0; group < groups.size(); ++group) {
    most_partners_.push_back(is_all_ ? groups.crystals(group).size() : 0);
    for (std::uint32_t kind = 0; kind < num_kinds_; ++kind) {
      most_partners_.back() = std::max(most_partners_.back(), most_in_part(places_in(group, kind)));
    }
  }
}

/// Of n places together, a first crystal at n k + i leaves its remainder i for the second one to be added to.
void LorSample::place_crystals(const Scanner& scanner, Spread spread) {
  const CrystalPlaces places = places_of_crystals(scanner);
  const auto [first, second, together] = numbering(spread, *std::ranges::max_element(places.along) + 1);
  num_kinds_ = together * together;
  for (std::uint32_t c = 0; c < scanner.num_crystals(); ++c) {
    place_of_first_.push_back(places.around[c] / together * first.around + places.along[c] / together * first.along);
    kind_of_first_.push_back(
        static_cast<std::uint8_t>(places.around[c] % together * together + places.along[c] % together));
  }
  for (std::uint32_t kind = 0; kind < num_kinds_; ++kind) {
    const std::uint32_t more_around = kind / together;                // sums are rounded down
    const std::uint32_t more_along = together - 1 - kind % together;  // differences, too
    for (std::uint32_t group = 0; group < groups_.size(); ++group) {
      for (const std::uint32_t c : groups_.crystals(group)) {
        place_of_second_.push_back({(places.around[c] + more_around) / together * second.around +
                                        (places.along[c] + more_along) / together * second.along,
                                    c});
      }
      std::sort(place_of_second_.end() - std::ssize(groups_.crystals(group)), place_of_second_.end(),
                [](const Place& a, const Place& b) {
                  return std::pair(a.number, a.crystal) < std::pair(b.number, b.crystal);
                });
    }
  }
}

std::span<const LorSample::Place> LorSample::places_in(std::uint32_t group, std::uint32_t kind_of_first) const {
  const std::size_t first = kind_of_first * kind_of_first_.size() + groups_.first_place(group);
  return std::span(place_of_second_).subspan(first, groups_.crystals(group).size());
}

std::size_t LorSample::first_not_below(std::span<const Place> places, std::uint32_t number) {
  return static_cast<std::size_t>(std::ranges::lower_bound(places, number, {}, &Place::number) - places.begin());
}

/// The part begins at a crystal's number where it holds most.
std::size_t LorSample::most_in_part(std::span<const Place> places) const {
  std::size_t most = 0;
  std::size_t end = 0;  // counts on beyond the last place, which the first follows
  for (std::size_t begin = 0; begin < places.size(); ++begin) {
    end = std::max(end, begin);
    while (end < begin + places.size() && places[end % places.size()].number - places[begin].number <= width_minus_1_) {
      ++end;
    }
    most = std::max(most, end - begin);
  }
  return most;
}

}  // namespace coincide::recon
