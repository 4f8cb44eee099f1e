#pragma once

#include <array>
#include <cstdint>

#include "recon/photon_transport/philox.h"

namespace coincide::recon {

/// Two numbers from 0 to below 1 that samples of LORs are drawn by: always the same for the same end points and TOF
/// bin, wherever the LOR lies.
inline std::array<double, 2> draw_of_lor(std::uint32_t start, std::uint32_t end, std::uint32_t tof_bin = 0) {
  constexpr double range = 4294967296.0;
  const auto random = philox({start, end, tof_bin, 0}, {0, 0});
  return {random[0] / range, random[1] / range};
}

}  // namespace coincide::recon
