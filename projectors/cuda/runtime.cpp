#include "projectors/cuda/runtime.h"

#include <cstdio>
#include <map>
#include <mutex>

#include "projectors/cuda/backend.h"
#include "projectors/error.h"

namespace coincide::projectors::cuda {
namespace {

/// The pool of a device, made when it is first asked for; null where the driver offers none. Never freed: the process
/// ends with it.
cudaMemPool_t pool_of(int device) {
  static std::mutex mutex;
  static std::map<int, cudaMemPool_t> pools;
  const std::scoped_lock lock(mutex);
  const auto known = pools.find(device);
  if (known != pools.end()) {
    return known->second;
  }
  cudaMemPool_t pool = nullptr;
  int supported = 0;
  check(cudaDeviceGetAttribute(&supported, cudaDevAttrMemoryPoolsSupported, device), "Asking for the GPU's abilities");
  if (supported != 0) {
    cudaMemPoolProps properties{};
    properties.allocType = cudaMemAllocationTypePinned;
    properties.location = {.type = cudaMemLocationTypeDevice, .id = device};
    check(cudaMemPoolCreate(&pool, &properties), "Making a memory pool on the GPU");
    std::uint64_t kept_bytes = std::uint64_t{2} << 30;  // what is freed beyond this goes back to the driver
    check(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &kept_bytes),
          "Setting up a memory pool on the GPU");
  }
  pools[device] = pool;
  return pool;
}

int current_device() {
  int device = 0;
  check(cudaGetDevice(&device), "Asking for the GPU in use");
  return device;
}

}  // namespace

void check(cudaError_t status, std::string_view deed) {
  if (status == cudaSuccess) {
    return;
  }
  cudaGetLastError();  // else the next launch would report this error once more
  std::string message = std::string(deed) + " failed: " + cudaGetErrorString(status) + ".";
  switch (status) {
    case cudaErrorMemoryAllocation:
      message += " Close other programs that use the GPU, take a smaller image, or compute on the CPU.";
      break;
    case cudaErrorNoKernelImageForDevice:
      message += " This build has no kernels for a GPU of this age; compute on the CPU.";
      break;
    default:
      message +=
          " If it happens again, compute on the CPU (device cpu), and see the system's log for the GPU's driver.";
  }
  throw DeviceError(message);
}

CurrentDevice::CurrentDevice(int device) : device_(device) {
  check(cudaGetDevice(&before_), "Asking for the GPU in use");
  if (device != before_) {
    check(cudaSetDevice(device), "Choosing GPU " + std::to_string(device));
  }
}

CurrentDevice::~CurrentDevice() {
  if (device_ != before_) {
    cudaSetDevice(before_);
  }
}

Stream::Stream() { check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "Making a stream on the GPU"); }

Stream::~Stream() {
  cudaStreamSynchronize(stream_);
  cudaStreamDestroy(stream_);
}

void Stream::wait() const { cuda::wait(stream_); }

DeviceBytes::DeviceBytes(std::size_t bytes, cudaStream_t stream) : bytes_(bytes), stream_(stream) {
  if (bytes == 0) {
    return;
  }
  cudaMemPool_t pool = pool_of(current_device());
  pooled_ = pool != nullptr;
  const cudaError_t status = pooled_ ? cudaMallocFromPoolAsync(&data_, bytes, pool, stream) : cudaMalloc(&data_, bytes);
  if (status != cudaSuccess) {
    data_ = nullptr;
    const MemorySizes sizes = memory_sizes();
    check(status, "Reserving " + gigabytes(bytes) + " on the GPU, of whose " + gigabytes(sizes.total_bytes) + " " +
                      gigabytes(sizes.free_bytes) + " are free,");
  }
}

DeviceBytes::~DeviceBytes() {
  if (data_ != nullptr) {
    // No check: if the device is gone, the next call says so.
    pooled_ ? cudaFreeAsync(data_, stream_) : cudaFree(data_);
  }
}

PinnedBytes::PinnedBytes(std::size_t bytes) : bytes_(bytes) {
  if (bytes > 0) {
    void* data = nullptr;
    check(cudaMallocHost(&data, bytes), "Reserving " + gigabytes(bytes) + " of pinned memory");
    data_.reset(data);
  }
}

void wait(cudaStream_t stream) { check(cudaStreamSynchronize(stream), "Computing on the GPU"); }

Place place_of(const void* pointer) {
  cudaPointerAttributes attributes{};
  if (pointer == nullptr || cudaPointerGetAttributes(&attributes, pointer) != cudaSuccess) {
    cudaGetLastError();
    return {};
  }
  switch (attributes.type) {
    case cudaMemoryTypeDevice:
      return {Memory::device, attributes.device};
    case cudaMemoryTypeManaged:
      return {Memory::managed, attributes.device};
    default:
      return {};
  }
}

MemorySizes memory_sizes() {
  MemorySizes sizes;
  if (cudaMemPool_t pool = pool_of(current_device()); pool != nullptr) {
    cudaMemPoolTrimTo(pool, 0);
  }
  if (cudaMemGetInfo(&sizes.free_bytes, &sizes.total_bytes) != cudaSuccess) {
    cudaGetLastError();
  }
  return sizes;
}

std::shared_ptr<float> allocate_floats(int device, std::int64_t count) {
  const CurrentDevice current(device);
  auto buffer = std::make_shared<Buffer<float>>(count, nullptr);
  return {buffer, buffer->data()};
}

void clear_floats(int device, std::int64_t count, float* data) {
  const CurrentDevice current(device);
  clear(data, count, nullptr);
  wait(nullptr);
}

void copy_floats(int device, const float* from, std::int64_t count, float* to) {
  const CurrentDevice current(device);
  copy(from, count, to, nullptr);
  wait(nullptr);
}

std::string gigabytes(std::size_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g GB", 1e-9 * static_cast<double>(bytes));
  return text;
}

}  // namespace coincide::projectors::cuda
