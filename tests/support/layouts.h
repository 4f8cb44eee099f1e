#pragma once

#include <array>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "recon/scanner.h"

namespace coincide::tests {

/// A flat module: its middle, the direction that its crystals look in, and that of its columns.
struct FlatModule {
  recon::Vec3 centre_mm;
  recon::Vec3 normal;
  recon::Vec3 up;
};

struct LayoutOptions {
  int across = 4;  ///< crystals of a module
  int up = 6;
  float pitch_mm = 8;
  float width_mm = 7.5;
  float depth_mm = 10;
};

/// One type of module, one energy window, 21 TOF bins of 12 mm with a sigma of 10 mm.
inline recon::Scanner flat_modules(const std::vector<FlatModule>& modules, const LayoutOptions& options = {}) {
  recon::Scanner scanner;
  scanner.name = "flat modules";
  const auto offset = [&](int index, int count) {
    return (static_cast<float>(index) - 0.5F * static_cast<float>(count - 1)) * options.pitch_mm;
  };
  for (std::size_t m = 0; m < modules.size(); ++m) {
    const auto& [centre, n, up] = modules[m];
    const recon::Vec3 across{up[1] * n[2] - up[2] * n[1], up[2] * n[0] - up[0] * n[2], up[0] * n[1] - up[1] * n[0]};
    const auto place = [&, &middle = centre, &normal = n, &v = up](float a, float b, float deep) {
      recon::Vec3 point;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        point[axis] = middle[axis] + a * across[axis] + b * v[axis] - deep * normal[axis];
      }
      return point;
    };
    for (int i = 0; i < options.across; ++i) {
      for (int j = 0; j < options.up; ++j) {
        const float a = offset(i, options.across), b = offset(j, options.up);
        scanner.crystal_centre_mm.push_back(place(a, b, 0));
        scanner.crystal_normal.push_back(n);
        scanner.crystal_face_mm2.push_back(options.width_mm * options.width_mm);
        scanner.crystal_module.push_back(static_cast<std::uint32_t>(m));
        scanner.crystal_type.push_back(0);
        std::array<recon::Vec3, 8> corners;
        for (unsigned corner = 0; corner < 8; ++corner) {
          const auto half = [corner](unsigned bit, float size) {
            return (corner >> bit & 1U) != 0 ? 0.5F * size : -0.5F * size;
          };
          corners[corner] =
              place(a + half(0, options.width_mm), b + half(1, options.width_mm), half(2, options.depth_mm));
        }
        scanner.crystal_corners_mm.push_back(corners);
      }
    }
  }
  scanner.module_types = {{0,
                           static_cast<std::uint32_t>(modules.size()),
                           static_cast<std::uint32_t>(options.across * options.up),
                           {430, 650}}};
  for (int bin = 0; bin < 21; ++bin) {
    scanner.tof_bins.push_back({12.0F * static_cast<float>(bin - 10), 12, 10});
  }
  scanner.tof_ranges = {{0, 21}};
  return scanner;
}

/// Modules around z from one angle to another, `count` of them in equal steps.
inline std::vector<FlatModule> arc(float radius_mm, int count, double from_deg, double step_deg) {
  std::vector<FlatModule> modules;
  for (int m = 0; m < count; ++m) {
    const double angle = (from_deg + m * step_deg) * std::numbers::pi / 180;
    const auto c = static_cast<float>(std::cos(angle)), s = static_cast<float>(std::sin(angle));
    modules.push_back({{radius_mm * c, radius_mm * s, 0}, {-c, -s, 0}, {0, 0, 1}});
  }
  return modules;
}

/// Twelve modules around z.
inline recon::Scanner full_ring() { return flat_modules(arc(65, 12, 0, 30)); }

/// Two arcs of five modules; the places at 90 and 270 degrees are empty.
inline recon::Scanner partial_ring() {
  std::vector<FlatModule> modules = arc(65, 5, -60, 30);
  const std::vector<FlatModule> others = arc(65, 5, 120, 30);
  modules.insert(modules.end(), others.begin(), others.end());
  return flat_modules(modules);
}

/// Two panels of 96 x 80 mm that look at each other along y.
inline recon::Scanner two_panels() {
  return flat_modules({{{0, -50, 0}, {0, 1, 0}, {0, 0, 1}}, {{0, 50, 0}, {0, -1, 0}, {0, 0, 1}}},
                      {.across = 12, .up = 10});
}

/// Two panels with others at right angles, farther apart.
inline recon::Scanner four_panels() {
  return flat_modules({{{0, -50, 0}, {0, 1, 0}, {0, 0, 1}},
                       {{0, 50, 0}, {0, -1, 0}, {0, 0, 1}},
                       {{-80, 0, 0}, {1, 0, 0}, {0, 0, 1}},
                       {{80, 0, 0}, {-1, 0, 0}, {0, 0, 1}}},
                      {.across = 10, .up = 8});
}

using Rotation = std::array<std::array<double, 3>, 3>;

inline recon::Vec3 turned(const recon::Vec3& v, const Rotation& rotation) {
  recon::Vec3 result;
  for (std::size_t row = 0; row < 3; ++row) {
    result[row] = static_cast<float>(rotation[row][0] * v[0] + rotation[row][1] * v[1] + rotation[row][2] * v[2]);
  }
  return result;
}

inline recon::Scanner turned(recon::Scanner scanner, const Rotation& rotation) {
  for (std::size_t crystal = 0; crystal < scanner.num_crystals(); ++crystal) {
    scanner.crystal_centre_mm[crystal] = turned(scanner.crystal_centre_mm[crystal], rotation);
    scanner.crystal_normal[crystal] = turned(scanner.crystal_normal[crystal], rotation);
    for (recon::Vec3& corner : scanner.crystal_corners_mm[crystal]) {
      corner = turned(corner, rotation);
    }
  }
  return scanner;
}

/// z to x, x to y, y to z.
inline constexpr Rotation z_to_x{{{0, 0, 1}, {1, 0, 0}, {0, 1, 0}}};
/// z to (2, 1, 2) / 3, which is along no axis and no diagonal.
inline constexpr Rotation oblique{
    {{1.0 / 3, -2.0 / 3, 2.0 / 3}, {2.0 / 3, 2.0 / 3, 1.0 / 3}, {-2.0 / 3, 1.0 / 3, 2.0 / 3}}};

}  // namespace coincide::tests
