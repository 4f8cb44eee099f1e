#include "recon/scatter/scatter_angles.h"

#include <algorithm>

namespace coincide::recon {
namespace {

double cosine_of(std::int32_t entry) { return 2.0 * entry / kernels::AngleTables::steps - 1; }

}  // namespace

ScatterAngles::ScatterAngles(const EnergyWindow& window) {
  const double of_511 = part_in_window(window, annihilation_kev);
  for (std::int32_t i = 0; i <= kernels::AngleTables::steps; ++i) {
    const double energy_kev = scattered_kev(annihilation_kev, cosine_of(i));
    const double detected = part_in_window(window, energy_kev) / of_511;
    weight_.push_back(static_cast<float>(scatter_density_per_sr(cosine_of(i)) * detected));
    absorption_.push_back(static_cast<float>(scatter_ratio(energy_kev)));
  }
  constexpr float least = 1e-5F;  // per sr; forward it is 0.28
  const auto first = std::find_if_not(weight_.begin(), weight_.end() - 1, [](float weight) { return weight < least; });
  least_cosine_ = static_cast<float>(cosine_of(static_cast<std::int32_t>(first - weight_.begin())));
}

}  // namespace coincide::recon
