#pragma once

#include <cstdint>
#include <string>

#include "recon/algorithms/algorithms.h"

namespace coincide::recon {

/// Into how many subsets the counts go, and what the user should know of that.
struct SubsetChoice {
  std::int64_t subsets = 1;
  std::string note;
  std::string warning;
};

/// `asked_for`: AlgorithmOptions::subsets; `needed`: prompts_per_subset().
SubsetChoice choose_subsets(const AlgorithmKind& kind, std::int64_t asked_for, std::uint64_t num_prompts,
                            double needed);

/// The most that choose_subsets() may take.
std::int64_t most_subsets(const AlgorithmKind& kind, std::int64_t asked_for);

}  // namespace coincide::recon
