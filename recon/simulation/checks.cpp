#include "recon/simulation/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "projectors/error.h"
#include "recon/field_of_view.h"

namespace coincide::recon {
namespace {

void check_options(const SimulationOptions& options) {
  constexpr double shortest_s = 0.001;
  constexpr double longest_s = 4e6;  // times are 32-bit ms
  if (!(options.duration_s >= shortest_s && options.duration_s <= longest_s)) {
    throw InputError(
        fmt::format("cannot simulate {} s: the duration must be 0.001 to {:.0f} s", options.duration_s, longest_s));
  }
  if (!(options.randoms_fraction >= 0 && options.randoms_fraction <= 0.9)) {
    throw InputError(fmt::format("cannot simulate a randoms fraction of {}: it must be 0 to 0.9 of the prompts",
                                 options.randoms_fraction));
  }
  if (!(options.half_life_s >= 0)) {
    throw InputError(fmt::format("cannot simulate a half-life of {} s: it must be positive, or 0 for no decay",
                                 options.half_life_s));
  }
  if (!(options.dead_time_us >= 0 && std::isfinite(options.dead_time_us))) {
    throw InputError(
        fmt::format("cannot simulate a dead time of {} us: it must not be negative", options.dead_time_us));
  }
  if (options.scatter && !options.attenuation) {
    throw InputError(
        "cannot simulate scatter without attenuation: what scatters a photon takes it from its line. Set "
        "simulation.attenuation = true");
  }
}

void check_efficiencies(const Scanner& scanner, const Efficiencies& efficiencies) {
  scanner.check();
  efficiencies.check(scanner);
  for (const ModuleType& type : scanner.module_types) {
    if (type.num_energy_windows() > 1) {
      throw InputError(
          fmt::format("the scanner '{}' cannot be simulated: it has {} energy windows, and photons are "
                      "followed to one",
                      scanner.name, type.num_energy_windows()));
    }
  }
  if (efficiencies.has_pair_values()) {
    throw InputError(
        fmt::format("the scanner '{}' cannot be simulated: its efficiencies of crystal pairs hold the solid "
                    "angle, which the simulation would count again. Use a scanner of resources/scanners",
                    scanner.name));
  }
}

/// How far the shape reaches from the phantom's origin along a direction.
double reach_mm(const Shape& shape, const std::array<double, 3>& unit_direction) {
  std::array<double, 3> along{};
  double centre_mm = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    along[axis] = std::abs(unit_direction[axis]) * shape.half_size_mm[axis];
    centre_mm += unit_direction[axis] * shape.centre_mm[axis];
  }
  const auto [x, y, z] = along;
  switch (shape.kind) {
    case ShapeKind::ellipsoid:
      return centre_mm + std::hypot(x, y, z);
    case ShapeKind::elliptic_cylinder:
      return centre_mm + std::hypot(x, y) + z;
    case ShapeKind::box:
      return centre_mm + x + y + z;
  }
  return 0;
}

/// The phantom must not touch crystals, nor lie behind them.
void check_place(const Phantom& phantom, const Shape& shape, const Scanner& scanner, const FieldOfView& field) {
  for (const FieldOfView::Front& front : field.fronts()) {
    const double shape_mm = reach_mm(shape, {-front.normal[0], -front.normal[1], -front.normal[2]});
    if (!(shape_mm <= front.distance_mm)) {
      throw InputError(
          fmt::format("the shape '{}' of the phantom '{}' reaches {:.1f} mm from the middle, but in that direction the "
                      "crystals of the scanner '{}' begin at {:.1f} mm. Use a smaller phantom or a wider scanner",
                      shape.name, phantom.name, shape_mm, scanner.name, front.distance_mm));
    }
  }
}

/// The same for an image, of which only voxels that are not 0 take room.
void check_image(const Phantom& phantom, const Image& image, const FieldOfView& field) {
  if (std::ranges::any_of(image.values, [](float value) { return !(value >= 0 && std::isfinite(value)); })) {
    throw InputError(
        fmt::format("an image of the phantom '{}' has values that are negative or no numbers", phantom.name));
  }
  const auto& [shape, origin_mm, size_mm] = image.grid;
  for (const FieldOfView::Front& front : field.fronts()) {
    double farthest_mm = 0;
    for (std::size_t voxel = 0; voxel < image.values.size(); ++voxel) {
      const auto index = static_cast<std::int64_t>(voxel);
      const std::array place{index / (shape[1] * shape[2]), index / shape[2] % shape[1], index % shape[2]};
      double towards_mm = 0;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const double at_mm = origin_mm[axis] + static_cast<double>(place[axis]) * size_mm[axis];
        towards_mm += std::abs(front.normal[axis]) * size_mm[axis] / 2 - front.normal[axis] * at_mm;
      }
      farthest_mm = image.values[voxel] > 0 ? std::max(farthest_mm, towards_mm) : farthest_mm;
    }
    if (farthest_mm > front.distance_mm) {
      throw InputError(
          fmt::format("an image of the phantom '{}' reaches {:.1f} mm from the middle, but in that direction the "
                      "crystals begin at {:.1f} mm. Use a smaller phantom or a wider scanner",
                      phantom.name, farthest_mm, front.distance_mm));
    }
  }
}

void check_phantom(const Phantom& phantom, const Scanner& scanner) {
  const FieldOfView field(scanner);
  double activity_bq = 0;
  for (const Shape& shape : phantom.shapes) {
    const bool solid =
        std::ranges::all_of(shape.half_size_mm, [](float half) { return half > 0 && std::isfinite(half); });
    if (!solid || !(shape.activity_bq_per_ml >= 0) || !(shape.mu_per_cm >= 0)) {
      throw InputError(
          fmt::format("the shape '{}' of the phantom '{}' has half sizes {}, {}, {} mm, {} Bq/mL and {} /cm: "
                      "sizes must be positive, activity and attenuation not negative",
                      shape.name, phantom.name, shape.half_size_mm[0], shape.half_size_mm[1], shape.half_size_mm[2],
                      shape.activity_bq_per_ml, shape.mu_per_cm));
    }
    check_place(phantom, shape, scanner, field);
    activity_bq += shape.activity_bq_per_ml * shape.volume_ml();
  }
  check_image(phantom, phantom.activity, field);
  check_image(phantom, phantom.mu, field);
  if (!(activity_bq > 0) && std::ranges::none_of(phantom.activity.values, [](float value) { return value > 0; })) {
    throw InputError(fmt::format("the phantom '{}' has no activity: nothing can be measured", phantom.name));
  }
}

}  // namespace

void check_simulation(const Scanner& scanner, const Efficiencies& efficiencies, const Phantom& phantom,
                      const SimulationOptions& options) {
  check_options(options);
  check_efficiencies(scanner, efficiencies);
  check_phantom(phantom, scanner);
}

}  // namespace coincide::recon
