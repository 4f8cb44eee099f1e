#pragma once

// A small ring, phantoms for it, and what a simulation of them gives.

#include <cmath>
#include <numbers>

#include "recon/simulation/simulation.h"

namespace coincide::tests {

using namespace coincide::recon;
using std::numbers::pi;

inline constexpr int num_sides = 12;
inline constexpr int crystals_across = 4;
inline constexpr int crystals_along = 6;
inline constexpr int crystals_per_side = crystals_across * crystals_along;
inline constexpr double pitch_mm = 8;
inline constexpr double size_mm = 7.5;
inline constexpr double radius_mm = 65;
inline const Vec3 scanner_centre_mm{3, -4, 20};

/// Twelve flat modules around an axis, away from the origin so that a centre left out shows. TOF: 21 bins of 8 mm,
/// sigma 10 mm. With `cuts` each crystal is cut into cuts x cuts small ones.
inline Scanner ring_scanner(int cuts = 1) {
  const double edge = size_mm / cuts;
  const auto place = [&](int index, int count) {
    const int crystal = index / cuts;
    return (crystal - (count - 1) / 2.0) * pitch_mm + (index % cuts - (cuts - 1) / 2.0) * edge;
  };
  Scanner scanner;
  scanner.name = "test ring";
  for (int side = 0; side < num_sides; ++side) {
    const double angle = 2 * pi * side / num_sides;
    const auto point = [&](double outwards, double around, double z) {
      return Vec3{static_cast<float>(outwards * std::cos(angle) - around * std::sin(angle)) + scanner_centre_mm[0],
                  static_cast<float>(outwards * std::sin(angle) + around * std::cos(angle)) + scanner_centre_mm[1],
                  static_cast<float>(z) + scanner_centre_mm[2]};
    };
    for (int i = 0; i < crystals_per_side * cuts * cuts; ++i) {
      const double around = place(i % (crystals_across * cuts), crystals_across);
      const double z = place(i / (crystals_across * cuts), crystals_along);
      scanner.crystal_centre_mm.push_back(point(radius_mm, around, z));
      scanner.crystal_normal.push_back(
          {static_cast<float>(-std::cos(angle)), static_cast<float>(-std::sin(angle)), 0.0F});
      scanner.crystal_face_mm2.push_back(static_cast<float>(edge * edge));
      scanner.crystal_module.push_back(static_cast<std::uint32_t>(side));
      scanner.crystal_type.push_back(0);
      std::array<Vec3, 8> corners;
      for (unsigned corner = 0; corner < 8; ++corner) {
        const auto half = [corner](unsigned bit, double length) {
          return (corner >> bit & 1U) != 0 ? length / 2 : -length / 2;
        };
        corners[corner] = point(radius_mm + half(0, 10), around + half(2, edge), z + half(1, edge));
      }
      scanner.crystal_corners_mm.push_back(corners);
    }
  }
  scanner.module_types = {{0, num_sides, static_cast<std::uint32_t>(crystals_per_side * cuts * cuts), {}}};
  for (int bin = 0; bin < 21; ++bin) {
    scanner.tof_bins.push_back({static_cast<float>(8 * (bin - 10)), 8, 10});
  }
  scanner.tof_ranges = {{0, 21}};
  return scanner;
}

inline Phantom ball(Vec3 centre_mm, float radius, double activity_bq, double mu_per_cm = 0) {
  Shape shape{ShapeKind::ellipsoid, "ball", centre_mm, {radius, radius, radius}, 0, mu_per_cm};
  shape.activity_bq_per_ml = activity_bq / shape.volume_ml();
  return {"ball", {shape}};
}

/// Keeps all events in one block and checks the order of the intervals.
class Collector : public EventSink {
 public:
  void write(TimeInterval interval, const EventBlock& block) override {
    in_order = in_order && interval.start_ms == stop_ms && interval.stop_ms > interval.start_ms;
    stop_ms = interval.stop_ms;
    const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    append(events.crystal_a, block.crystal_a);
    append(events.crystal_b, block.crystal_b);
    append(events.tof_bin, block.tof_bin);
    append(events.delayed, block.delayed);
    append(events.origin, block.origin);
    append(events.alive, block.alive);
    same_length = same_length && block.time_ms.size() == block.size() && block.delayed.size() == block.size();
  }
  EventBlock events;
  std::uint32_t stop_ms = 0;
  bool in_order = true;
  bool same_length = true;
};

struct Run {
  EventCounts counts;
  EventBlock events;
};

inline Run run(const Phantom& phantom, const SimulationOptions& options, const Efficiencies& efficiencies = {},
               const Scanner& scanner = ring_scanner()) {
  Collector sink;
  Reporter silent;
  Run result;
  result.counts = simulate(scanner, efficiencies, phantom, options, sink, silent);
  result.events = std::move(sink.events);
  return result;
}

inline double dot(const Vec3& a, const Vec3& b) {
  return double{a[0]} * b[0] + double{a[1]} * b[1] + double{a[2]} * b[2];
}
inline Vec3 minus(const Vec3& a, const Vec3& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }

/// Part of the sphere around the scanner's middle that the crystals cover, by cutting them into small pieces.
inline double covered_part(const Scanner& scanner) {
  constexpr int pieces = 20;
  double sum = 0;
  for (std::size_t crystal = 0; crystal < scanner.num_crystals(); ++crystal) {
    const Vec3 middle = minus(scanner.crystal_centre_mm[crystal], scanner_centre_mm);
    const Vec3& n = scanner.crystal_normal[crystal];
    for (int i = 0; i < pieces * pieces; ++i) {
      const double across = ((i % pieces + 0.5) / pieces - 0.5) * size_mm;
      const double along = ((i / pieces + 0.5) / pieces - 0.5) * size_mm;
      const Vec3 point{static_cast<float>(middle[0] - n[1] * across), static_cast<float>(middle[1] + n[0] * across),
                       static_cast<float>(middle[2] + along)};
      const double length2 = dot(point, point);
      sum -= dot(point, n) / (length2 * std::sqrt(length2)) * size_mm * size_mm / (pieces * pieces);
    }
  }
  return sum / (4 * pi);
}

/// `number` is `expected` up to four standard deviations of a Poisson variable.
inline bool is_poisson(double number, double expected) { return std::abs(number - expected) < 4 * std::sqrt(expected); }

/// With an energy window, as scatter needs.
inline Scanner ring_with_window() {
  Scanner scanner = ring_scanner();
  scanner.module_types[0].energy_edges_kev = {425, 650};
  scanner.module_types[0].energy_resolution = 0.094F;
  return scanner;
}

}  // namespace coincide::tests
