#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

#include "projectors/bench/random.h"
#include "projectors/bench/scenes.h"

// The synthetic listmode data of scenes.h.

namespace coincide::projectors::bench {
namespace {

constexpr double phantom_radius_mm = 150;
constexpr double phantom_centre_mm[2] = {30, -20};

/// A position and direction of flight, axis last.
struct Emission {
  double position_mm[3];
  double direction[3];
};

Emission draw_emission(Random& random) {
  const double r = phantom_radius_mm * std::sqrt(random.uniform(0, 1));
  const double at = random.uniform(0, 2 * std::numbers::pi);
  const double half_length_mm = DmiGeometry::half_length_mm();
  // Isotropic, but for the steep directions that no pair of crystals sees: the scanner is 200 mm long and its chords
  // through the phantom are at least 660 mm.
  const double axial = random.uniform(-0.3, 0.3);
  const double transaxial = std::sqrt(1 - axial * axial);
  const double flight = random.uniform(0, 2 * std::numbers::pi);
  return {{phantom_centre_mm[0] + r * std::cos(at), phantom_centre_mm[1] + r * std::sin(at),
           random.uniform(-half_length_mm, half_length_mm)},
          {transaxial * std::cos(flight), transaxial * std::sin(flight), axial}};
}

/// The crystal that a photon hits which flies along the direction (sign 1) or against it (-1); null if it leaves the
/// scanner.
const Point* hit_crystal(const DmiGeometry& scanner, const Emission& e, double sign) {
  const auto& p = e.position_mm;
  const auto& d = e.direction;
  const double a = d[0] * d[0] + d[1] * d[1];
  const double half_b = p[0] * d[0] + p[1] * d[1];
  const double c = p[0] * p[0] + p[1] * p[1] - DmiGeometry::radius_mm * DmiGeometry::radius_mm;
  const double t = (-half_b + sign * std::sqrt(half_b * half_b - a * c)) / a;
  const double axial_mm = p[2] + t * d[2];
  if (std::abs(axial_mm) > DmiGeometry::half_length_mm()) {
    return nullptr;
  }
  return &scanner.nearest_crystal(std::atan2(p[1] + t * d[1], p[0] + t * d[0]), axial_mm);
}

/// Where a point lies along the LOR, from its midpoint towards its end.
double position_along_mm(const Point& start, const Point& end, const Point& point) {
  double along = 0, square = 0;
  for (int k = 0; k < 3; ++k) {
    const double d = static_cast<double>(end[k]) - start[k];
    along += d * (point[k] - 0.5 * (static_cast<double>(start[k]) + end[k]));
    square += d * d;
  }
  return along / std::sqrt(square);
}

/// TOF bin of an emission, measured; none outside all bins.
std::optional<std::int16_t> measured_bin(const TofBins& bins, double along_mm, Random& random) {
  const double measured_mm = along_mm + random.normal(bins.sigma_mm[0]);
  const double bin = std::round(measured_mm / bins.bin_width_mm + 0.5 * (bins.num_bins - 1));
  if (bin < 0 || bin >= bins.num_bins) {
    return std::nullopt;
  }
  return static_cast<std::int16_t>(bin);
}

/// Position in the sorted order: principal transaxial direction (2 bits), then the transaxial slope in 128 steps
/// and the radial and axial position on the plane through the origin, in voxels (16 bits each).
std::uint64_t sort_key(const float* start_mm, const float* end_mm, const ImageGrid& grid, int symmetry_axis) {
  constexpr double slope_cells = 128;
  const int x = (symmetry_axis + 1) % 3, y = (symmetry_axis + 2) % 3;
  const auto length = [&](int k) { return static_cast<double>(end_mm[k]) - start_mm[k]; };
  const int along = std::abs(length(x)) > std::abs(length(y)) ? x : y;
  const int across = along == x ? y : x;
  const double to_origin = -start_mm[along] / length(along);
  const auto cell = [&](int k) {
    const double position = (start_mm[k] + to_origin * length(k)) / grid.voxel_size_mm[k];
    return static_cast<std::uint64_t>(std::clamp(position + 32768, 0.0, 65535.0));
  };
  const double slope = length(across) / length(along);  // -1 ... 1
  const auto slope_cell = static_cast<std::uint64_t>((slope + 1) * 0.5 * (slope_cells - 1));
  return (along == x ? 0 : std::uint64_t{1} << 62) | slope_cell << 32 | cell(across) << 16 | cell(symmetry_axis);
}

}  // namespace

Scene event_scene(const DmiGeometry& scanner, std::int64_t num_events) {
  Scene scene{.order = std::string(arrival_order), .grid = scanner.image_grid()};
  scene.image.assign(static_cast<std::size_t>(scene.grid.num_voxels()), 1.0f);
  scene.reserve(num_events);
  const TofBins bins = dmi_tof_bins();
  Random random(1);
  while (scene.count() < num_events) {
    const Emission emission = draw_emission(random);
    const Point* start = hit_crystal(scanner, emission, -1);
    const Point* end = hit_crystal(scanner, emission, 1);
    if (start == nullptr || end == nullptr) {
      continue;
    }
    const auto& p = emission.position_mm;
    const auto bin = measured_bin(bins, position_along_mm(*start, *end, scanner.point(p[0], p[1], p[2])), random);
    if (bin) {
      scene.add({*start, *end}, *bin);
    }
  }
  return scene;
}

Scene sorted_events(const Scene& scene, int symmetry_axis) {
  std::vector<std::pair<std::uint64_t, std::int64_t>> entries;  // key and event
  entries.reserve(static_cast<std::size_t>(scene.count()));
  for (std::int64_t i = 0; i < scene.count(); ++i) {
    entries.emplace_back(sort_key(&scene.start_mm[3 * i], &scene.end_mm[3 * i], scene.grid, symmetry_axis), i);
  }
  std::sort(entries.begin(), entries.end());

  Scene sorted{.order = std::string(sorted_order), .grid = scene.grid, .image = scene.image};
  sorted.reserve(scene.count());
  for (const auto& [key, event] : entries) {
    sorted.add(scene, event);
  }
  return sorted;
}

}  // namespace coincide::projectors::bench
