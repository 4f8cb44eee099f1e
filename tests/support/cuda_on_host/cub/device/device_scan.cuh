#pragma once

#include "../../cuda_runtime.h"

namespace cub {

/// As the toolkit's: without scratch it only says how much it needs.
struct DeviceScan {
  static cudaError_t ExclusiveSum(void* scratch, std::size_t& scratch_bytes, const unsigned* in, unsigned* out,
                                  int count, cudaStream_t stream);
};

}  // namespace cub
