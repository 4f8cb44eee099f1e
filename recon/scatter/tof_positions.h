#pragma once

#include <cstdint>

namespace coincide::recon {

/// Positions along a LOR, from its middle [mm], at equal steps; the middle one is 0.
struct TofPositions {
  double step_mm = 1;
  std::int32_t each_side = 0;

  std::int32_t count() const { return 2 * each_side + 1; }
};

}  // namespace coincide::recon
