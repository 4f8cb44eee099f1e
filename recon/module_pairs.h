#pragma once

#include <cstdint>
#include <vector>

#include "recon/efficiencies.h"
#include "recon/scanner.h"

namespace coincide::recon {

/// The modules of a scanner, numbered over all types, and which pairs of them can be in coincidence.
class ModulePairs {
 public:
  ModulePairs(const Scanner& scanner, const Efficiencies& efficiencies);

  std::uint32_t num_modules() const { return static_cast<std::uint32_t>(first_crystal_.size()) - 1; }
  /// Crystals of module m are first_crystal(m) ... first_crystal(m + 1) - 1.
  std::uint32_t first_crystal(std::uint32_t module) const { return first_crystal_[module]; }
  std::uint32_t num_crystals(std::uint32_t module) const { return first_crystal_[module + 1] - first_crystal_[module]; }
  /// Modules in coincidence with `module`, ascending.
  const std::vector<std::uint32_t>& partners(std::uint32_t module) const { return partners_[module]; }
  /// How many pairs of crystals can be in coincidence, each counted once.
  std::uint64_t num_crystal_pairs() const;

 private:
  std::vector<std::uint32_t> first_crystal_;  ///< one more than modules
  std::vector<std::vector<std::uint32_t>> partners_;
};

}  // namespace coincide::recon
