#include "projectors/cuda/order.h"

#include <cub/device/device_scan.cuh>

#include "projectors/error.h"
#include "projectors/kernels/course.h"

namespace coincide::projectors::cuda {
namespace {

/// Of the key: one bucket each. Finer order gains nothing, and the counts of the buckets stay in the L2 cache.
constexpr int bucket_bits = 18;
constexpr std::int64_t buckets = std::int64_t{1} << bucket_bits;
constexpr int threads = 256;

__global__ void look_for_order(const Setup* setup, Lors lors, unsigned* is_sorted) {
  __shared__ unsigned near;
  if (threadIdx.x == 0) {
    near = 0;
  }
  __syncthreads();
  for (std::int64_t sample = threadIdx.x; sample < coherence_samples; sample += blockDim.x) {
    const std::int64_t lor = coherence_sample(0, lors.count, sample);
    if (are_near(course_of(setup->grid, lors, lor), course_of(setup->grid, lors, lor + 1))) {
      atomicAdd(&near, 1U);
    }
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    *is_sorted = is_coherent_count(near) ? 0 : 1;
  }
}

/// Not inline: counting and filling must round alike, or a place in the order would stay empty.
__device__ __attribute__((noinline)) std::uint32_t bucket_of(const Setup* setup, const Lors& lors, std::int64_t lor) {
  return key_of(course_of(setup->grid, lors, lor)) >> (key_bits - bucket_bits);
}

__global__ void count_buckets(const Setup* setup, Lors lors, const unsigned* is_sorted, unsigned* count) {
  const std::int64_t lor = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (lor < lors.count && *is_sorted != 0) {
    atomicAdd(&count[bucket_of(setup, lors, lor)], 1U);
  }
}

/// Within a bucket LORs come in any order.
__global__ void fill_buckets(const Setup* setup, Lors lors, const unsigned* is_sorted, unsigned* place,
                             std::uint32_t* order) {
  const std::int64_t lor = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (lor < lors.count && *is_sorted != 0) {
    order[atomicAdd(&place[bucket_of(setup, lors, lor)], 1U)] = static_cast<std::uint32_t>(lor);
  }
}

}  // namespace

DeviceOrder::DeviceOrder(const Buffer<Setup>& setup, const Lors& lors, cudaStream_t stream) {
  if (lors.count < too_few_to_sort || lors.count > UINT32_MAX) {
    return;
  }
  Buffer<unsigned> counts;
  try {
    counts = Buffer<unsigned>(buckets, stream);
    state_ = Buffer<unsigned>(1, stream);
    order_ = Buffer<std::uint32_t>(lors.count, stream);
  } catch (const DeviceError&) {
    return;  // no memory: as they come, then. If the device is lost, the next call says so.
  }
  clear(counts.data(), buckets, stream);
  launch(look_for_order, threads, threads, stream, setup.data(), lors, state_.data());
  launch(count_buckets, lors.count, threads, stream, setup.data(), lors, state_.data(), counts.data());
  cudaGetLastError();  // CUB reports an older error of anyone's as its own
  std::size_t scratch_bytes = 0;
  const auto scan = [&](void* scratch) {
    check(cub::DeviceScan::ExclusiveSum(scratch, scratch_bytes, counts.data(), counts.data(), static_cast<int>(buckets),
                                        stream),
          "Sorting LORs on the GPU");
  };
  scan(nullptr);  // asks for the size
  const DeviceBytes scratch(scratch_bytes, stream);
  scan(scratch.data());
  launch(fill_buckets, lors.count, threads, stream, setup.data(), lors, state_.data(), counts.data(), order_.data());
}

}  // namespace coincide::projectors::cuda
