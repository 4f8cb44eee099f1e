#include "recon/normalization/pair_symmetry.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>

namespace coincide::recon {
namespace {

constexpr double same_mm = 0.05;

/// Values that differ by no more than `same` from the next are one: their means, ascending, and which of them each is.
struct Levels {
  std::vector<double> values;
  std::vector<std::int64_t> of;
};

Levels levels_of(const std::vector<double>& values, double same) {
  std::vector<std::size_t> order(values.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  Levels levels{{}, std::vector<std::int64_t>(values.size())};
  double last = -1e300;
  for (const std::size_t i : order) {
    if (values[i] - last > same) {
      levels.values.push_back(values[i]);
    }
    last = values[i];
    levels.of[i] = std::ssize(levels.values) - 1;
  }
  return levels;
}

/// The least number of steps after which the values repeat, always by the same amount; with `round`, beyond the last
/// the first come again that much later.
std::int64_t period(const std::vector<double>& values, double same, double round) {
  const std::int64_t count = std::ssize(values);
  const auto at = [&](std::int64_t i) {
    const std::int64_t turns = i / count;
    return values[static_cast<std::size_t>(i % count)] + round * static_cast<double>(turns);
  };
  for (std::int64_t steps = 1; steps < count; ++steps) {
    bool repeats = count % steps == 0;
    const double amount = at(steps) - at(0);
    for (std::int64_t i = 0; repeats && i < (round > 0 ? count : count - steps); ++i) {
      repeats = std::abs(at(i + steps) - at(i) - amount) <= 2 * same;
    }
    if (repeats) {
      return steps;
    }
  }
  return count;
}

/// The sum of two numbers that a mirror exchanges, if it maps all values onto each other.
std::optional<std::int64_t> mirror(const std::vector<double>& values, double same, double round) {
  const std::int64_t count = std::ssize(values);
  const auto at = [&](std::int64_t i) {
    const std::int64_t turns = i < 0 ? -1 : i / count;
    return values[static_cast<std::size_t>(i - turns * count)] + round * static_cast<double>(turns);
  };
  for (std::int64_t sum = count - 1; sum >= (round > 0 ? 0 : count - 1); --sum) {
    const double both = at(0) + at(sum);
    bool maps = true;
    for (std::int64_t i = 0; maps && i < count; ++i) {
      maps = std::abs(at(i) + at(sum - i) - both) <= 2 * same;
    }
    if (maps) {
      return sum;
    }
  }
  return std::nullopt;
}

std::int64_t modulo(std::int64_t value, std::int64_t by) { return (value % by + by) % by; }

}  // namespace

PairSymmetry::PairSymmetry(const Scanner& scanner) {
  const Vec3 middle_mm = scanner.centre_mm();
  std::vector<double> angle, z_mm, radius_mm;
  for (const Vec3& crystal : scanner.crystal_centre_mm) {
    const double x = double{crystal[0]} - middle_mm[0], y = double{crystal[1]} - middle_mm[1];
    radius_mm.push_back(std::hypot(x, y));
    z_mm.push_back(double{crystal[2]} - middle_mm[2]);
    angle.push_back(std::atan2(y, x));
  }
  constexpr double whole_turn = 2 * std::numbers::pi;
  const double same_angle = same_mm / std::max(1.0, *std::ranges::max_element(radius_mm));
  const double first = angle.front();
  for (double& of : angle) {  // the cut lies just before the first crystal, so that rounding parts none
    of = std::fmod(of - first + 2 * same_angle + 2 * whole_turn, whole_turn);
  }
  const Levels angles = levels_of(angle, same_angle), rings = levels_of(z_mm, same_mm),
               radii = levels_of(radius_mm, same_mm);
  for (std::size_t crystal = 0; crystal < angle.size(); ++crystal) {
    places_.push_back({angles.of[crystal], rings.of[crystal], radii.of[crystal]});
  }
  angles_ = std::ssize(angles.values);
  rings_ = std::ssize(rings.values);
  turn_ = period(angles.values, same_angle, whole_turn);
  shift_ = period(rings.values, same_mm, 0);
  angle_mirror_ = mirror(angles.values, same_angle, whole_turn);
  ring_mirror_ = mirror(rings.values, same_mm, 0);
}

PairSymmetry::Key PairSymmetry::key_of(const Place& a, const Place& b) const {
  return {modulo(a.angle, turn_), modulo(b.angle - a.angle, angles_), a.radius, b.radius, modulo(a.ring, shift_),
          b.ring - a.ring};
}

std::optional<PairSymmetry::Place> PairSymmetry::mirrored_across(const Place& place) const {
  return angle_mirror_ ? std::optional(Place{modulo(*angle_mirror_ - place.angle, angles_), place.ring, place.radius})
                       : std::nullopt;
}

std::optional<PairSymmetry::Place> PairSymmetry::mirrored_along(const Place& place) const {
  return ring_mirror_ ? std::optional(Place{place.angle, *ring_mirror_ - place.ring, place.radius}) : std::nullopt;
}

std::vector<std::uint32_t> PairSymmetry::classes(const PairCounts& pairs, PairClasses by) const {
  std::map<Key, std::uint32_t> numbers;
  std::vector<std::uint32_t> result(pairs.num_pairs());
  for (std::size_t crystal = 0; crystal < pairs.num_crystals(); ++crystal) {
    for (std::size_t pair = pairs.rows[crystal]; pair < pairs.rows[crystal + 1]; ++pair) {
      Place a = places_[crystal], b = places_[pairs.partner[pair]];
      if (by == PairClasses::transaxial) {
        a.ring = b.ring = 0;
      }
      Key least = std::min(key_of(a, b), key_of(b, a));
      const auto also = [&](const std::optional<Place>& one, const std::optional<Place>& other) {
        if (one && other) {
          least = std::min({least, key_of(*one, *other), key_of(*other, *one)});
        }
      };
      also(mirrored_across(a), mirrored_across(b));
      if (by == PairClasses::full) {
        also(mirrored_along(a), mirrored_along(b));
        if (ring_mirror_) {
          also(mirrored_across(*mirrored_along(a)), mirrored_across(*mirrored_along(b)));
        }
      }
      result[pair] = numbers.try_emplace(least, static_cast<std::uint32_t>(numbers.size())).first->second;
    }
  }
  return result;
}

}  // namespace coincide::recon
