#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "projectors/device.h"

// What the benchmark needs of a device besides the projectors: its arrays there, and to know when a run is done.

namespace coincide::projectors::bench {

/// Bytes of the host copied to memory of a CUDA device. Throws DeviceError if its memory is too small.
std::shared_ptr<const void> copy_to_gpu(const void* data, std::size_t bytes, int index);

/// Until all that was queued on a CUDA device is done. Throws DeviceError if it failed.
void wait_for_gpu(int index);

inline void wait_for(Device device) {
  if (device.kind == DeviceKind::cuda) {
    wait_for_gpu(device.index);
  }
}

/// The values of a vector in memory of a device: a copy, but on the CPU the vector itself, which must outlive this.
template <class T>
class DeviceCopy {
 public:
  DeviceCopy(const std::vector<T>& values, Device device) {
    if (!values.empty() && device.kind == DeviceKind::cuda) {
      copy_ = copy_to_gpu(values.data(), values.size() * sizeof(T), device.index);
      data_ = static_cast<const T*>(copy_.get());
    } else if (!values.empty()) {
      data_ = values.data();
    }
  }
  const T* data() const { return data_; }  ///< null for no values

 private:
  std::shared_ptr<const void> copy_;
  const T* data_ = nullptr;
};

}  // namespace coincide::projectors::bench
