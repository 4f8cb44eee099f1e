#include "io/castor/castor_pairs.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "recon/module_pairs.h"
#include "recon/module_reach.h"

namespace coincide::io {

using std::numbers::pi;

recon::Efficiencies::Acceptance acceptance_of(double min_angle_deg, double most_axial_mm) {
  return {.most_cosine = std::cos(std::clamp(min_angle_deg, 0.0, 180.0) * pi / 180),
          .most_axial_mm = static_cast<float>(most_axial_mm)};
}

double min_angle_deg(const recon::Scanner& scanner, const recon::Efficiencies& efficiencies) {
  if (efficiencies.acceptance.most_cosine < 1) {
    return std::acos(std::max(-1.0, efficiencies.acceptance.most_cosine)) * 180 / pi;
  }
  const std::vector<recon::ModuleReach> reach = recon::module_reaches(scanner);
  const recon::ModulePairs modules(scanner, efficiencies);
  double least = pi;
  for (std::uint32_t a = 0; a < modules.num_modules(); ++a) {
    for (const std::uint32_t b : modules.partners(a)) {
      least = std::min(least, recon::least_angle(reach[a], reach[b]));
    }
  }
  constexpr double margin = 1e-5;  // the nearest pairs are within
  return std::max(0.0, least - margin) * 180 / pi;
}

}  // namespace coincide::io
