#include "projectors/device_floats.h"

#include <algorithm>

#include "projectors/cuda/backend.h"

namespace coincide::projectors {

DeviceFloats::DeviceFloats(Device device, std::int64_t count) : device_(device), count_(count) {
  data_ = device.kind == DeviceKind::cpu
              ? std::shared_ptr<float>(new float[static_cast<std::size_t>(count)], std::default_delete<float[]>())
              : cuda::allocate_floats(device.index, count);
  clear();
}

DeviceFloats::DeviceFloats(Device device, float* data, std::int64_t count)
    : device_(device), count_(count), data_(data, [](float*) {}) {
  if (device.kind == DeviceKind::cuda) {
    cuda::wait_for_device(device.index);
  }
}

void DeviceFloats::clear() {
  if (device_.kind == DeviceKind::cpu) {
    std::fill_n(data_.get(), count_, 0.0F);
  } else {
    cuda::clear_floats(device_.index, count_, data_.get());
  }
}

void DeviceFloats::upload(const float* host) {
  if (device_.kind == DeviceKind::cpu) {
    std::copy_n(host, count_, data_.get());
  } else {
    cuda::copy_floats(device_.index, host, count_, data_.get());
  }
}

void DeviceFloats::download(float* host) const {
  if (device_.kind == DeviceKind::cpu) {
    std::copy_n(data_.get(), count_, host);
  } else {
    cuda::copy_floats(device_.index, data_.get(), count_, host);
  }
}

}  // namespace coincide::projectors
