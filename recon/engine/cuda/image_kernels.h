#pragma once

// Algebra on images, one thread per voxel or on some voxels each.

#include "projectors/cuda/block_sum.h"
#include "recon/engine/kernels/voxel_steps.h"

namespace coincide::recon {
namespace {

template <class Step>
__global__ void step_voxels(Step step, kernels::StepImages images, std::int64_t num_voxels) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < num_voxels) {
    step(images, i);
  }
}

/// Sum of the image, or of image times `factor` if that is not null.
__global__ void sum_voxels(const float* image, const float* factor, std::int64_t num_voxels, double* sum) {
  const std::int64_t all_threads = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  double value = 0;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < num_voxels;
       i += all_threads) {
    value += double{image[i]} * (factor != nullptr ? factor[i] : 1);
  }
  projectors::cuda::add_block_sum(value, sum);
}

}  // namespace
}  // namespace coincide::recon
