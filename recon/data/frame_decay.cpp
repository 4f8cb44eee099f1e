#include "recon/data/frame_decay.h"

#include <cmath>
#include <numbers>

namespace coincide::recon {

double frame_decay_factor(double half_life_s, double start_s, double duration_s) {
  if (!(half_life_s > 0)) {
    return 1;
  }
  const double lambda = std::numbers::ln2 / half_life_s;
  const double decays = lambda * duration_s;
  return std::exp(lambda * start_s) * (decays > 0 ? decays / -std::expm1(-decays) : 1);
}

double mean_activity_s(double half_life_s, double duration_s) {
  if (!(half_life_s > 0 && duration_s > 0)) {
    return 0.5 * duration_s;
  }
  return std::log(frame_decay_factor(half_life_s, 0, duration_s)) * half_life_s / std::numbers::ln2;
}

}  // namespace coincide::recon
