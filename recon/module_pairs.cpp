#include "recon/module_pairs.h"

#include <algorithm>

namespace coincide::recon {

ModulePairs::ModulePairs(const Scanner& scanner, const Efficiencies& efficiencies) {
  for (const ModuleType& type : scanner.module_types) {
    for (std::uint32_t module = 0; module < type.num_modules; ++module) {
      first_crystal_.push_back(type.first_crystal + module * type.crystals_per_module);
    }
  }
  first_crystal_.push_back(static_cast<std::uint32_t>(scanner.num_crystals()));
  partners_.resize(num_modules());
  for (std::uint32_t a = 0; a < num_modules(); ++a) {
    for (std::uint32_t b = 0; b < num_modules(); ++b) {
      const bool have_crystals = num_crystals(a) > 0 && num_crystals(b) > 0;
      // In the order of crystal ids, as in the sensitivity image, also if a table is not symmetric.
      const std::uint32_t low = first_crystal_[std::min(a, b)];
      const std::uint32_t high = first_crystal_[std::max(a, b)];
      if (have_crystals && efficiencies.in_coincidence(scanner, low, high)) {
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
