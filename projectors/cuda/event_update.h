#pragma once

#include "projectors/cuda/block_sum.h"
#include "projectors/cuda/project.h"

// The two steps of an update of listmode OSEM: x <- x / s * A^T (m / (m A x + b)).

namespace coincide::projectors::cuda {

/// What the model needs of each event beside its LOR and TOF bin.
struct EventTerms {
  const float* factor;    ///< m
  const float* additive;  ///< b
};

/// Forward projection, m / (m A x + b) and back projection of an event while its LOR is at hand. Events that the model
/// calls impossible, with nothing expected on their LOR, count for neither the image nor the likelihood.
template <class Kernel>
__global__ void update_from_events(const Setup* setup, Lors lors, Taken taken, Kernel kernel, EventTerms terms,
                                   const float* image, Target target, double* log_sum) {
  const std::int64_t event = lor_of_thread(lors, taken);
  double log_of_expected = 0;
  if (event >= 0) {
    auto prepared = prepare_forward(setup->grid, lors, kernel, event);
    const float m = terms.factor[event];
    const float expected = m * forward_one(setup->grid, kernel, prepared, image) + terms.additive[event];
    if (expected > 0) {
      log_of_expected = logf(expected);
      back_one(setup->grid, kernel, prepared, m / expected, target);
    }
  }
  add_block_sum(log_of_expected, log_sum);
}

/// x <- x / s * back projection, s the subset's share of the sensitivity.
static __global__ void update_image(const float* backprojection, const float* sensitivity, float inverse_share,
                                    std::int64_t num_voxels, float* image) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < num_voxels && sensitivity[i] > 0) {
    image[i] *= backprojection[i] * inverse_share / sensitivity[i];
  }
}

}  // namespace coincide::projectors::cuda
