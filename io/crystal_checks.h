#pragma once

#include <cstdint>
#include <vector>

#include "io/data_checks.h"
#include "recon/efficiencies.h"
#include "recon/scanner.h"

namespace coincide::io {

/// By crystal id: 1 where the file's efficiencies are 0 in all energy windows, so that no counts are expected.
std::vector<std::uint8_t> crystals_known_dead(const recon::Scanner& scanner, const recon::Efficiencies& efficiencies);

/// Crystals without counts that are not known to be dead, or with far too many, beside live ones in their module: those
/// at the end of a long scanner may see nothing of a short object. Both columns by crystal id.
DataCheck check_crystals(const recon::Scanner& scanner, const std::vector<std::uint64_t>& counts,
                         const std::vector<std::uint8_t>& known_dead);

/// Whole modules with far fewer or more counts than the others of their ring, which see the object as they do; where a
/// ring has too few modules, than the others of their type. Modules of which all crystals are known to be dead are not
/// compared.
DataCheck check_modules(const recon::Scanner& scanner, const std::vector<std::uint64_t>& counts,
                        const std::vector<std::uint8_t>& known_dead);

}  // namespace coincide::io
