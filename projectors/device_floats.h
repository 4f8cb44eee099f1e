#pragma once

#include <cstdint>
#include <memory>

#include "projectors/device.h"

namespace coincide::projectors {

/// An image or values in the memory of a device (the host's, for the CPU), so that calls that work on it again and
/// again need not copy it. All functions wait until they are done. Throws DeviceError if the device is out of memory or
/// lost.
class DeviceFloats {
 public:
  /// `count` zeros.
  DeviceFloats(Device device, std::int64_t count);
  /// Refers to `count` floats that lie there already and outlive it; whoever was to write them has done so afterwards.
  DeviceFloats(Device device, float* data, std::int64_t count);
  float* data() const { return data_.get(); }
  std::int64_t size() const { return count_; }
  void clear();
  void upload(const float* host);  ///< size() values
  void download(float* host) const;

 private:
  Device device_;
  std::int64_t count_;
  std::shared_ptr<float> data_;
};

}  // namespace coincide::projectors
