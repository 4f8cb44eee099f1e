#include "recon/attenuation.h"

#include <fmt/format.h>

#include <cmath>

#include "projectors/error.h"
#include "recon/parallel.h"

namespace coincide::recon {

AttenuationFactors::AttenuationFactors(const Image& attenuation, int num_threads)
    : num_threads_(num_threads), projector_(attenuation.grid, {.num_threads = num_threads}) {
  if (attenuation.values.size() != static_cast<std::size_t>(attenuation.grid.num_voxels())) {
    throw InputError(fmt::format("the attenuation image has {} values for {} voxels", attenuation.values.size(),
                                 attenuation.grid.num_voxels()));
  }
  for (const float mu_per_cm : attenuation.values) {
    if (!std::isfinite(mu_per_cm)) {
      throw InputError(fmt::format("the attenuation image holds the value {}: all must be finite", mu_per_cm));
    }
    mu_per_mm_.push_back(mu_per_cm / 10);
  }
}

void AttenuationFactors::multiply(const projectors::Lors& lors, float* values) {
  exponents_.resize(static_cast<std::size_t>(lors.count));
  projector_.forward(lors, projectors::NoTof{}, mu_per_mm_.data(), exponents_.data());
#pragma omp parallel for schedule(static) num_threads(thread_count(num_threads_))
  for (std::int64_t i = 0; i < lors.count; ++i) {
    values[i] *= std::exp(-exponents_[static_cast<std::size_t>(i)]);
  }
}

}  // namespace coincide::recon
