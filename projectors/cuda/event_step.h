#pragma once

#include "projectors/cuda/block_sum.h"
#include "projectors/cuda/project.h"

namespace coincide::projectors::cuda {

/// Forward projection, step and back projection of an event while its LOR is at hand: what Projector::forward_back()
/// does on the CPU. `Step` is called as step(event, projected, to_sum), returns what is projected back, and may put a
/// number into `to_sum`, of which `sum` gets the total.
template <class Kernel, class Step>
__global__ void project_events(const Setup* setup, Lors lors, Taken taken, Kernel kernel, Step step, const float* image,
                               Target target, double* sum) {
  const std::int64_t event = lor_of_thread(lors, taken);
  double to_sum = 0;
  if (event >= 0) {
    auto prepared = prepare_forward(setup->grid, lors, kernel, event);
    const float value = step(event, forward_one(setup->grid, kernel, prepared, image), to_sum);
    if (value != 0) {
      back_one(setup->grid, kernel, prepared, value, target);
    }
  }
  add_block_sum(to_sum, sum);
}

}  // namespace coincide::projectors::cuda
