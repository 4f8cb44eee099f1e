#pragma once

#include <cuda_runtime.h>

namespace coincide::projectors::cuda {

/// Adds the values of all threads of a block to `sum`; all of them must call it.
__device__ inline void add_block_sum(double value, double* sum) {
  __shared__ double of_warp[32];
  for (unsigned step = 16; step > 0; step /= 2) {
    value += __shfl_down_sync(0xffffffffU, value, step);
  }
  if (threadIdx.x % 32 == 0) {
    of_warp[threadIdx.x / 32] = value;
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    double total = 0;
    for (unsigned warp = 0; warp < blockDim.x / 32; ++warp) {
      total += of_warp[warp];
    }
    atomicAdd(sum, total);
  }
}

}  // namespace coincide::projectors::cuda
