#pragma once

#include <cstdint>

#include "recon/scanner.h"

namespace coincide::recon {

/// Whether no decay between the crystals, scattered or not, is measured in the TOF bin, but by three standard
/// deviations and more: what lies there is random.
bool is_far_tof(const Scanner& scanner, std::uint32_t crystal_a, std::uint32_t crystal_b, const TofBin& bin);

}  // namespace coincide::recon
