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
  static auto& mutex = *new std::mutex;
  static auto& pools = *new std::map<int, cudaMemPool_t>;
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
    int no = 0;  // else a stream may be made to wait for another one whose memory it gets
    check(cudaMemPoolSetAttribute(pool, cudaMemPoolReuseAllowInternalDependencies, &no),
          "Setting up a memory pool on the GPU");
  }
  pools[device] = pool;
  return pool;
}

/// Whether work on a GPU went wrong, so that the process can use it no more: CUDA's numbers 700 to 719, and memory.
bool is_lost(cudaError_t status) {
  return status == cudaErrorECCUncorrectable || (status >= cudaErrorIllegalAddress && status <= cudaErrorLaunchFailure);
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
    case cudaErrorInitializationError:
      message += " " + std::string(forked_sentence);
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
    cudaGetLastError();
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
  const auto allocate = [&] {
    return pooled_ ? cudaMallocFromPoolAsync(&data_, bytes, pool, stream) : cudaMalloc(&data_, bytes);
  };
  cudaError_t status = allocate();
  if (status == cudaErrorMemoryAllocation) {  // other streams may have given memory back
    cudaGetLastError();
    memory_sizes();
    status = allocate();
  }
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
  if (pointer == nullptr) {
    return {};
  }
  cudaPointerAttributes attributes{};
  cudaError_t status = cudaPointerGetAttributes(&attributes, pointer);
  if (status == cudaErrorInvalidValue) {  // what some drivers say to a thread whose device has not been used yet
    cudaGetLastError();
    cudaFree(nullptr);  // which does nothing but use it
    status = cudaPointerGetAttributes(&attributes, pointer);
  }
  if (is_lost(status)) {
    check(status, "Asking where an array lies");
  }
  if (status != cudaSuccess) {  // no driver, no GPU, none that this process may use: then none holds an array of its
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
  std::uint64_t reserved_bytes = 0, used_bytes = 0;
  cudaDeviceSynchronize();  // what has been freed is free only when the device is known to have got there
  if (cudaMemPool_t pool = pool_of(current_device()); pool != nullptr) {
    cudaMemPoolTrimTo(pool, 0);
    cudaMemPoolGetAttribute(pool, cudaMemPoolAttrReservedMemCurrent, &reserved_bytes);
    cudaMemPoolGetAttribute(pool, cudaMemPoolAttrUsedMemCurrent, &used_bytes);
  }
  cudaMemGetInfo(&sizes.free_bytes, &sizes.total_bytes);
  cudaGetLastError();
  sizes.free_bytes += reserved_bytes - used_bytes;
  return sizes;
}

std::shared_ptr<void> allocate_bytes(int device, std::size_t bytes) {
  const CurrentDevice current(device);
  auto buffer = std::make_shared<DeviceBytes>(bytes, nullptr);
  void* data = buffer->data();
  return {data, [device, buffer](void*) mutable {
            try {
              const CurrentDevice its_own(device);
              buffer.reset();
            } catch (const Error&) {  // the device is gone, and its memory with it
            }
          }};
}

std::shared_ptr<float> allocate_floats(int device, std::int64_t count) {
  const std::shared_ptr<void> bytes = allocate_bytes(device, static_cast<std::size_t>(count) * sizeof(float));
  return {bytes, static_cast<float*>(bytes.get())};
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

void wait_for_device(int device) {
  const CurrentDevice current(device);
  check(cudaDeviceSynchronize(), "Waiting for the GPU");
}

std::string gigabytes(std::size_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g GB", 1e-9 * static_cast<double>(bytes));
  return text;
}

}  // namespace coincide::projectors::cuda
