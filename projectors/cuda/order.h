#pragma once

#include "projectors/cuda/setup.h"

namespace coincide::projectors::cuda {

/// The order in which the threads of a call take its LORs.
struct Taken {
  const std::uint32_t* order = nullptr;  ///< null: as they come
  const unsigned* is_sorted = nullptr;   ///< 0: as they come, too

  COINCIDE_HD std::int64_t operator[](std::int64_t i) const {
    return order != nullptr && *is_sorted != 0 ? order[i] : i;
  }
};

/// LORs on the device, sorted there where that pays (LorOrder's rule). Whether it does is found out on the device, so
/// that nobody waits for the answer: kernels that then have nothing to do return at once.
class DeviceOrder {
 public:
  /// In the order of the stream. `lors` must be usable on the device.
  DeviceOrder(const Buffer<Setup>& setup, const Lors& lors, cudaStream_t stream);
  Taken taken() const { return {order_.data(), state_.data()}; }

 private:
  Buffer<std::uint32_t> order_;
  Buffer<unsigned> state_;
};

}  // namespace coincide::projectors::cuda
