#include "recon/module_reach.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace coincide::recon {
namespace {

double turn(double from, double to) { return std::abs(std::remainder(to - from, 2 * std::numbers::pi)); }

}  // namespace

std::vector<ModuleReach> module_reaches(const Scanner& scanner) {
  std::vector<ModuleReach> result(scanner.num_modules());
  std::vector<bool> seen(result.size());
  for (std::size_t i = 0; i < scanner.num_crystals(); ++i) {
    const Vec3& centre = scanner.crystal_centre_mm[i];
    const std::uint32_t module = scanner.crystal_module[i];
    const double azimuth = std::atan2(centre[1], centre[0]);
    ModuleReach& reach = result[module];
    if (!seen[module]) {
      seen[module] = true;
      reach = {azimuth, 0, centre[2], centre[2]};
    }
    reach.half_angle = std::max(reach.half_angle, turn(reach.azimuth, azimuth));
    reach.low_mm = std::min(reach.low_mm, centre[2]);
    reach.high_mm = std::max(reach.high_mm, centre[2]);
  }
  return result;
}

double least_angle(const ModuleReach& a, const ModuleReach& b) {
  return std::max(0.0, turn(a.azimuth, b.azimuth) - a.half_angle - b.half_angle);
}

double largest_angle(const ModuleReach& a, const ModuleReach& b) {
  return std::min(std::numbers::pi, turn(a.azimuth, b.azimuth) + a.half_angle + b.half_angle);
}

float least_axial_mm(const ModuleReach& a, const ModuleReach& b) {
  return std::max({0.0F, a.low_mm - b.high_mm, b.low_mm - a.high_mm});
}

}  // namespace coincide::recon
