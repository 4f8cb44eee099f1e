#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

/// What the host code of the GPU needs of the CUDA runtime, with exceptions and owners.
namespace coincide::projectors::cuda {

/// What cudaErrorInitializationError means, and its remedy.
inline constexpr std::string_view forked_sentence =
    "A process that was forked from one that has used CUDA cannot use it: start it by spawn, or compute on the CPU.";

/// Throws DeviceError, "<deed> failed: <CUDA's reason>." with what can be done about it, unless `status` is success.
void check(cudaError_t status, std::string_view deed);

/// Makes a device current for the thread while it lives.
class CurrentDevice {
 public:
  explicit CurrentDevice(int device);
  CurrentDevice(const CurrentDevice&) = delete;
  CurrentDevice& operator=(const CurrentDevice&) = delete;
  ~CurrentDevice();

 private:
  int device_;
  int before_ = 0;
};

/// A stream of its own on the current device. Finished when it is destroyed.
class Stream {
 public:
  Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream();
  operator cudaStream_t() const { return stream_; }
  void wait() const;

 private:
  cudaStream_t stream_ = nullptr;
};

/// Memory of the current device, allocated and freed in the order of the stream from a pool that keeps what it once
/// got: after the first call of a kind nothing is asked of the driver any more. Throws DeviceError with the sizes when
/// memory runs out. The stream must outlive the buffer.
class DeviceBytes {
 public:
  DeviceBytes() = default;
  DeviceBytes(std::size_t bytes, cudaStream_t stream);
  DeviceBytes(DeviceBytes&& other) noexcept { swap(other); }
  DeviceBytes& operator=(DeviceBytes&& other) noexcept {
    DeviceBytes(std::move(other)).swap(*this);
    return *this;
  }
  ~DeviceBytes();
  void* data() const { return data_; }
  std::size_t size() const { return bytes_; }

 private:
  void swap(DeviceBytes& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    std::swap(stream_, other.stream_);
    std::swap(pooled_, other.pooled_);
  }

  void* data_ = nullptr;
  std::size_t bytes_ = 0;
  cudaStream_t stream_ = nullptr;
  bool pooled_ = false;
};

template <class T>
class Buffer {
 public:
  Buffer() = default;
  Buffer(std::int64_t count, cudaStream_t stream) : bytes_(static_cast<std::size_t>(count) * sizeof(T), stream) {}
  T* data() const { return static_cast<T*>(bytes_.data()); }
  std::int64_t size() const { return static_cast<std::int64_t>(bytes_.size() / sizeof(T)); }

 private:
  DeviceBytes bytes_;
};

/// Host memory that the device copies from and to without waiting.
class PinnedBytes {
 public:
  PinnedBytes() = default;
  explicit PinnedBytes(std::size_t bytes);
  void* data() const { return data_.get(); }
  std::size_t size() const { return bytes_; }

 private:
  struct Free {
    void operator()(void* pointer) const { cudaFreeHost(pointer); }
  };
  std::unique_ptr<void, Free> data_;
  std::size_t bytes_ = 0;
};

/// In the order of the stream, between any two kinds of memory. From or to memory that is not pinned the call may wait.
template <class T>
void copy(const T* from, std::int64_t count, T* to, cudaStream_t stream) {
  if (count > 0) {
    check(cudaMemcpyAsync(to, from, static_cast<std::size_t>(count) * sizeof(T), cudaMemcpyDefault, stream),
          "Copying data to or from the GPU");
  }
}

/// Sets all bytes to 0, in the order of the stream.
template <class T>
void clear(T* data, std::int64_t count, cudaStream_t stream) {
  if (count > 0) {
    check(cudaMemsetAsync(data, 0, static_cast<std::size_t>(count) * sizeof(T), stream), "Clearing memory of the GPU");
  }
}

void wait(cudaStream_t stream);

/// Memory of a device, used on its default stream; freed there whatever device is current then.
std::shared_ptr<void> allocate_bytes(int device, std::size_t bytes);

/// Where kernels can use a pointer.
enum class Memory { host, device, managed };
struct Place {
  Memory memory = Memory::host;
  int device = 0;  ///< of device and managed memory
};
/// Throws DeviceError if the device is lost.
Place place_of(const void* pointer);

/// Free and total memory of the current device. Waits for it, and gives back what the pool keeps for later.
struct MemorySizes {
  std::size_t free_bytes = 0;
  std::size_t total_bytes = 0;
};
MemorySizes memory_sizes();

/// "1.5 GB".
std::string gigabytes(std::size_t bytes);

/// One thread per item, in blocks of `threads`. For no items nothing is launched.
template <class... Parameters, class... Arguments>
void launch(void (*kernel)(Parameters...), std::int64_t items, int threads, cudaStream_t stream,
            Arguments&&... arguments) {
  if (items <= 0) {
    return;
  }
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(static_cast<unsigned>((items + threads - 1) / threads));
  config.blockDim = dim3(static_cast<unsigned>(threads));
  config.stream = stream;
  check(cudaLaunchKernelEx(&config, kernel, Parameters(std::forward<Arguments>(arguments))...),
        "Starting a computation on the GPU");
}

}  // namespace coincide::projectors::cuda
