#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "io/data_checks.h"
#include "recon/efficiencies.h"
#include "recon/scanner.h"

namespace coincide::io {

/// Whether the prompts of crystals, over their efficiencies, are about the mean of those of the two neighbours to both
/// sides in the module: whatever the object, what they see differs smoothly. Efficiencies that are missing, or of
/// another day, make rings. Counts by crystal id. None where nothing can be said: pairs have factors of their own,
/// crystals have no such neighbours, or too few counts.
std::optional<DataCheck> check_efficiencies(const recon::Scanner& scanner, const recon::Efficiencies& efficiencies,
                                            const std::vector<std::uint64_t>& counts);

}  // namespace coincide::io
