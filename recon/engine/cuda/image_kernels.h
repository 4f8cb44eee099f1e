#pragma once

// Algebra on images, one thread per voxel or on some voxels each.

#include "projectors/cuda/block_sum.h"
#include "recon/engine/kernels/voxel_steps.h"
#include "recon/psf.h"

namespace coincide::recon {
namespace {

/// Where lines along an axis lie.
struct Axis {
  std::int64_t length;
  std::int64_t stride;
};

/// Convolution along one axis with `taps`, those of GaussianFilter; outside the image is its mirror image.
__global__ void blur_along(const float* in, Axis axis, const float* taps, std::int64_t num_taps,
                           std::int64_t num_voxels, float* out) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < num_voxels) {
    // Division of 64-bit numbers takes the time of some taps.
    const std::int64_t place = num_voxels <= INT32_MAX
                                   ? static_cast<std::uint32_t>(i) / static_cast<std::uint32_t>(axis.stride) %
                                         static_cast<std::uint32_t>(axis.length)
                                   : i / axis.stride % axis.length;
    const float* line = in + (i - place * axis.stride);
    float sum = taps[0] * in[i];
    for (std::int64_t tap = 1; tap < num_taps; ++tap) {
      sum += taps[tap] * (line[mirrored_place(place - tap, axis.length) * axis.stride] +
                          line[mirrored_place(place + tap, axis.length) * axis.stride]);
    }
    out[i] = sum;
  }
}

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
