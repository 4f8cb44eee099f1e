#include "recon/photon_transport/compton.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "recon/photon_physics.h"

namespace coincide::recon {

ComptonScatter draw_compton(double energy_kev, RandomStream& random) {
  const double alpha = energy_kev / annihilation_kev;
  const double least = 1 / (1 + 2 * alpha);
  const double weight_of_inverse = -std::log(least);
  const double weight_of_linear = (1 - least * least) / 2;
  while (true) {
    const bool inverse = random.uniform() * (weight_of_inverse + weight_of_linear) < weight_of_inverse;
    const double u = random.uniform();
    const double part = inverse ? std::exp(-weight_of_inverse * u) : std::sqrt(least * least + (1 - least * least) * u);
    const double t = (1 - part) / (alpha * part);  // 1 - cosine
    const double sine2 = t * (2 - t);
    if (random.uniform() < 1 - part * sine2 / (1 + part * part)) {
      return {1 - t, part};
    }
  }
}

Vec3 turned(const Vec3& direction, double cosine, RandomStream& random) {
  const double azimuth = 2 * std::numbers::pi * random.uniform();
  const double sine = std::sqrt(std::max(0.0, 1 - cosine * cosine));
  const double x = sine * std::cos(azimuth);
  const double y = sine * std::sin(azimuth);
  const double dx = direction[0];
  const double dy = direction[1];
  const double dz = direction[2];
  // Unit vectors at right angles to the direction without a division by 0 (Duff et al. 2017).
  const double sign = std::copysign(1.0, dz);
  const double a = -1 / (sign + dz);
  const double b = dx * dy * a;
  return {static_cast<float>(cosine * dx + x * (1 + sign * dx * dx * a) + y * b),
          static_cast<float>(cosine * dy + x * sign * b + y * (sign + dy * dy * a)),
          static_cast<float>(cosine * dz - x * sign * dx - y * dy)};
}

Vec3 draw_direction(double highest_cosine, RandomStream& random) {
  const double z = highest_cosine * (2 * random.uniform() - 1);
  const double azimuth = 2 * std::numbers::pi * random.uniform();
  const double rho = std::sqrt(1 - z * z);
  return {static_cast<float>(rho * std::cos(azimuth)), static_cast<float>(rho * std::sin(azimuth)),
          static_cast<float>(z)};
}

}  // namespace coincide::recon
