#include "projectors/bench/ceilings.h"

#include <algorithm>
#include <vector>

#include "projectors/cuda/runtime.h"
#include "projectors/kernels/backend.h"

namespace coincide::projectors::bench {
namespace {

constexpr int threads_per_block = 256;
/// Many more than run at once, so that the last ones do not count.
constexpr int blocks_per_multiprocessor = 96;

/// An access of a warp is whole cache lines then, wherever it begins.
constexpr std::int64_t aligned_floats = 128;

__device__ std::uint32_t global_thread() { return blockIdx.x * blockDim.x + threadIdx.x; }

/// Past the L1 cache, which would keep what a multiprocessor reads again.
__device__ float4 read_l2(const float4* at) {
#ifdef __CUDA_ARCH__
  return __ldcg(at);
#else
  return *at;
#endif
}

/// Neighbouring threads read neighbouring elements, then those `step` (< count) further on, in a circle.
__global__ void read_again_and_again(const float4* data, std::uint32_t count, std::uint32_t step, int accesses,
                                     float* result) {
  std::uint32_t at = global_thread() % count;
  float sum = 0;
  COINCIDE_UNROLL(8)
  for (int i = 0; i < accesses; ++i) {
    const float4 value = read_l2(data + at);
    sum += value.x + value.y + value.z + value.w;
    at += step;
    at -= at >= count ? count : 0;
  }
  if (sum < 0) {  // never, but the compiler does not know
    *result = sum;
  }
}

__device__ void add_one(float* at) { atomicAdd(at, 1.0F); }

__device__ void add_one([[maybe_unused]] float2* at) {
#if (defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900) || defined(COINCIDE_CUDA_ON_HOST)
  atomicAdd(at, make_float2(1.0F, 1.0F));
#endif
}

template <class T>
__global__ void add_consecutive(T* data, std::uint32_t count, std::uint32_t step, int accesses) {
  std::uint32_t at = global_thread() % count;
  for (int i = 0; i < accesses; ++i) {
    add_one(data + at);
    at += step;
    at -= at >= count ? count : 0;
  }
}

/// A well mixed 32 bit number: C. Wellons' "lowbias32" (https://nullprogram.com/blog/2018/07/31/).
__device__ std::uint32_t mixed(std::uint32_t x) {
  x = (x ^ (x >> 16)) * 0x7feb352dU;
  x = (x ^ (x >> 15)) * 0x846ca68bU;
  return x ^ (x >> 16);
}

template <class T>
__global__ void add_random(T* data, std::uint32_t count, std::uint32_t num_threads, int accesses) {
  std::uint32_t draw = global_thread();
  for (int i = 0; i < accesses; ++i) {
    add_one(data + (static_cast<std::uint64_t>(mixed(draw)) * count >> 32));
    draw += num_threads;
  }
}

class Event {
 public:
  Event() { cuda::check(cudaEventCreate(&event_), "Making an event on the GPU"); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { cudaEventDestroy(event_); }
  void record() { cuda::check(cudaEventRecord(event_, nullptr), "Timing the GPU"); }
  double seconds_since(const Event& start) const {
    cuda::check(cudaEventSynchronize(event_), "Computing on the GPU");
    float ms = 0;
    cuda::check(cudaEventElapsedTime(&ms, start.event_, event_), "Timing the GPU");
    return 1e-3 * ms;
  }

 private:
  cudaEvent_t event_ = nullptr;
};

/// Median of several runs after a warm-up of what `queue` puts on the default stream.
template <class Queue>
double median_seconds(double warm_up_s, Queue&& queue) {
  constexpr int runs = 5;
  Event start, stop;
  std::vector<double> seconds;
  start.record();
  do {
    queue();
    stop.record();
  } while (stop.seconds_since(start) < warm_up_s);
  for (int i = 0; i < runs; ++i) {
    start.record();
    queue();
    stop.record();
    seconds.push_back(stop.seconds_since(start));
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[runs / 2];
}

double copy_rate(const CeilingEffort& effort) {
  const std::int64_t bytes =
      std::min(effort.copy_bytes, static_cast<std::int64_t>(cuda::memory_sizes().free_bytes / 5));
  const cuda::Buffer<std::byte> from(bytes, nullptr), to(bytes, nullptr);
  cuda::clear(from.data(), bytes, nullptr);
  const double seconds = median_seconds(effort.warm_up_s, [&] { cuda::copy(from.data(), bytes, to.data(), nullptr); });
  return 2e-9 * static_cast<double>(bytes) / seconds;
}

/// Kernels of all threads of the GPU on an array of zeros.
class ImageSizedArray {
 public:
  ImageSizedArray(int index, std::int64_t num_voxels, const CeilingEffort& effort)
      : effort_(effort),
        count_(num_voxels / aligned_floats * aligned_floats),
        data_(count_, nullptr),
        result_(1, nullptr) {
    int multiprocessors = 0;
    cuda::check(cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, index),
                "Asking for the GPU's abilities");
    num_threads_ = std::int64_t{multiprocessors} * blocks_per_multiprocessor * threads_per_block;
    cuda::clear(data_.data(), count_, nullptr);
  }

  double read_gigabytes_per_s() const {
    return 16 * rate<float4>([&](float4* data, std::uint32_t count, std::uint32_t step) {
             launch(read_again_and_again, data, count, step, effort_.accesses_per_thread, result_.data());
           });
  }

  /// T: float, or float2 for pairs.
  template <class T>
  AdditionRates additions() const {
    return {.consecutive = rate<T>([&](T* data, std::uint32_t count, std::uint32_t step) {
              launch(add_consecutive<T>, data, count, step, effort_.accesses_per_thread);
            }),
            .random = rate<T>([&](T* data, std::uint32_t count, std::uint32_t) {
              launch(add_random<T>, data, count, static_cast<std::uint32_t>(num_threads_), effort_.accesses_per_thread);
            })};
  }

 private:
  template <class... Parameters, class... Arguments>
  void launch(void (*kernel)(Parameters...), Arguments... arguments) const {
    cuda::launch(kernel, num_threads_, threads_per_block, nullptr, arguments...);
  }

  /// 1e9 accesses to elements of type T per second.
  template <class T, class Launch>
  double rate(Launch&& launch_on) const {
    const std::int64_t count = count_ * static_cast<std::int64_t>(sizeof(float)) / static_cast<std::int64_t>(sizeof(T));
    const double seconds = median_seconds(effort_.warm_up_s, [&] {
      launch_on(reinterpret_cast<T*>(data_.data()), static_cast<std::uint32_t>(count),
                static_cast<std::uint32_t>(num_threads_ % count));
    });
    return 1e-9 * static_cast<double>(num_threads_) * effort_.accesses_per_thread / seconds;
  }

  CeilingEffort effort_;
  std::int64_t count_, num_threads_ = 0;
  cuda::Buffer<float> data_, result_;
};

}  // namespace

Ceilings measure_ceilings(int index, std::int64_t num_voxels, const CeilingEffort& effort) {
  const cuda::CurrentDevice current(index);
  Ceilings ceilings;
  ceilings.copy_gigabytes_per_s = copy_rate(effort);
  const ImageSizedArray array(index, num_voxels, effort);
  ceilings.read_gigabytes_per_s = array.read_gigabytes_per_s();
  ceilings.additions = array.additions<float>();
  int major = 0;
  cuda::check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, index),
              "Asking for the GPU's abilities");
  if (major >= 9) {
    ceilings.pair_additions = array.additions<float2>();
  }
  return ceilings;
}

}  // namespace coincide::projectors::bench
