#include "recon/far_tof.h"

#include <cmath>

namespace coincide::recon {

bool is_far_tof(const Scanner& scanner, std::uint32_t crystal_a, std::uint32_t crystal_b, const TofBin& bin) {
  constexpr float sigmas = 3;
  const Vec3& a = scanner.crystal_centre_mm[crystal_a];
  const Vec3& b = scanner.crystal_centre_mm[crystal_b];
  const float half_mm = 0.5F * std::hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
  return std::abs(bin.centre_mm) - 0.5F * bin.width_mm > half_mm + sigmas * bin.sigma_mm;
}

}  // namespace coincide::recon
