#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "projectors/cuda/runtime.h"

namespace coincide::projectors::cuda {

/// One of the two halves of a call on host arrays: while the device computes one part of the LORs, the host copies the
/// next. A part's arrays lie one after the other in device memory and, on their way there and back, in pinned memory.
class Slot {
 public:
  Slot(std::size_t bytes, int num_threads);
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot() { abandon(); }
  void set_threads(int num_threads);  ///< that copy on the host; 0: all
  cudaStream_t stream() const { return stream_; }

  /// Waits for the slot's last part, and hands over its results.
  void begin();
  /// `count` elements for the device: copied if they lie on the host, else the array itself.
  template <class T>
  const T* input(const T* array, std::int64_t count);
  /// Where the device writes `count` elements that end up in the array.
  template <class T>
  T* output(T* array, std::int64_t count);
  /// After the part's kernels: its results start on their way.
  void end();
  /// Waits for a part that has failed, and forgets it.
  void abandon();

  static constexpr std::size_t alignment = 256;

 private:
  struct Result {
    void* array;
    std::size_t place, bytes;
  };
  std::size_t reserve(std::size_t bytes);
  void copy_on_host(const void* from, std::size_t bytes, void* to) const;

  Stream stream_;
  DeviceBytes device_;
  PinnedBytes pinned_;
  std::size_t used_ = 0;
  int num_threads_ = 1;
  std::vector<Result> results_;
};

/// The two slots, of a fixed size each.
class Staging {
 public:
  static constexpr std::size_t slot_bytes = std::size_t{48} << 20;
  static constexpr int num_arrays = 8;  ///< at most, of a part

  explicit Staging(int num_threads);
  void set_threads(int num_threads);
  /// LORs of a part, each with `bytes_per_lor`.
  static std::int64_t lors_per_part(std::size_t bytes_per_lor);
  Slot& slot(std::int64_t part) { return *slots_[static_cast<std::size_t>(part % 2)]; }
  /// Calls project(slot, first, size) for parts of at most `most` out of `count`, and waits for the end.
  template <class Project>
  void for_parts(std::int64_t count, std::int64_t most, Project&& project);
  /// Copies between host and device; waits for the end.
  template <class T>
  void upload(const T* host, std::int64_t count, T* device);
  template <class T>
  void download(const T* device, std::int64_t count, T* host);
  /// Waits until all is done and handed over.
  void finish();
  /// Waits for what has failed, and forgets it.
  void abandon();

 private:
  std::unique_ptr<Slot> slots_[2];
};

template <class T>
const T* Slot::input(const T* array, std::int64_t count) {
  if (array == nullptr || place_of(array).memory != Memory::host) {
    return array;
  }
  const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(T);
  const std::size_t place = reserve(bytes);
  char* pinned = static_cast<char*>(pinned_.data()) + place;
  char* device = static_cast<char*>(device_.data()) + place;
  copy_on_host(array, bytes, pinned);
  copy(pinned, static_cast<std::int64_t>(bytes), device, stream_);
  return reinterpret_cast<const T*>(device);
}

template <class T>
T* Slot::output(T* array, std::int64_t count) {
  if (place_of(array).memory != Memory::host) {
    return array;
  }
  const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(T);
  const std::size_t place = reserve(bytes);
  results_.push_back({array, place, bytes});
  return reinterpret_cast<T*>(static_cast<char*>(device_.data()) + place);
}

template <class Project>
void Staging::for_parts(std::int64_t count, std::int64_t most, Project&& project) {
  try {
    for (std::int64_t first = 0, part = 0; first < count; first += most, ++part) {
      Slot& here = slot(part);
      here.begin();
      project(here, first, std::min(most, count - first));
      here.end();
    }
    finish();
  } catch (...) {  // before the arrays go that the device still works on
    abandon();
    throw;
  }
}

template <class T>
void Staging::upload(const T* host, std::int64_t count, T* device) {
  for_parts(count, lors_per_part(sizeof(T)), [&](Slot& here, std::int64_t first, std::int64_t size) {
    copy(here.input(host + first, size), size, device + first, here.stream());
  });
}

template <class T>
void Staging::download(const T* device, std::int64_t count, T* host) {
  for_parts(count, lors_per_part(sizeof(T)), [&](Slot& here, std::int64_t first, std::int64_t size) {
    copy(device + first, size, here.output(host + first, size), here.stream());
  });
}

}  // namespace coincide::projectors::cuda
