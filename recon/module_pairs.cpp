#include "recon/module_pairs.h"

#include <algorithm>
#include <cmath>

#include "recon/module_reach.h"

namespace coincide::recon {
namespace {

/// Pairs of modules of which no pair of crystals is accepted are found from afar.
class Acceptable {
 public:
  Acceptable(const Scanner& scanner, const Efficiencies::Acceptance& acceptance) : acceptance_(acceptance) {
    if (acceptance.most_cosine < 1 || acceptance.most_axial_mm > 0) {
      reach_ = module_reaches(scanner);
    }
  }

  bool operator()(std::uint32_t a, std::uint32_t b) const {
    constexpr double rounding = 1e-4;
    return reach_.empty() || (std::cos(largest_angle(reach_[a], reach_[b])) <= acceptance_.most_cosine + rounding &&
                              (acceptance_.most_axial_mm == 0 ||
                               least_axial_mm(reach_[a], reach_[b]) <= acceptance_.most_axial_mm * (1 + rounding)));
  }

 private:
  const Efficiencies::Acceptance& acceptance_;
  std::vector<ModuleReach> reach_;
};

}  // namespace

ModulePairs::ModulePairs(const Scanner& scanner, const Efficiencies& efficiencies) {
  for (const ModuleType& type : scanner.module_types) {
    for (std::uint32_t module = 0; module < type.num_modules; ++module) {
      first_crystal_.push_back(type.first_crystal + module * type.crystals_per_module);
    }
  }
  first_crystal_.push_back(static_cast<std::uint32_t>(scanner.num_crystals()));
  partners_.resize(num_modules());
  const Acceptable acceptable(scanner, efficiencies.acceptance);
  for (std::uint32_t a = 0; a < num_modules(); ++a) {
    for (std::uint32_t b = 0; b < num_modules(); ++b) {
      const bool have_crystals = num_crystals(a) > 0 && num_crystals(b) > 0;
      // In the order of crystal ids, as in the sensitivity image, also if a table is not symmetric.
      const std::uint32_t low = first_crystal_[std::min(a, b)];
      const std::uint32_t high = first_crystal_[std::max(a, b)];
      if (have_crystals && acceptable(a, b) && efficiencies.modules_in_coincidence(scanner, low, high)) {
        partners_[a].push_back(b);
      }
    }
  }
}

std::uint64_t ModulePairs::num_crystal_pairs() const {
  std::uint64_t count = 0;
  for (std::uint32_t a = 0; a < num_modules(); ++a) {
    for (const std::uint32_t b : partners_[a]) {
      count += a < b ? std::uint64_t{num_crystals(a)} * num_crystals(b) : 0;
    }
  }
  return count;
}

}  // namespace coincide::recon
