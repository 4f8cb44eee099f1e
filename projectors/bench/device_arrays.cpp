#include "projectors/bench/device_arrays.h"
#include "projectors/cuda/runtime.h"

namespace coincide::projectors::bench {

std::shared_ptr<const void> copy_to_gpu(const void* data, std::size_t bytes, int index) {
  const cuda::CurrentDevice current(index);
  const std::shared_ptr<void> copy = cuda::allocate_bytes(index, bytes);
  cuda::copy(static_cast<const std::byte*>(data), static_cast<std::int64_t>(bytes), static_cast<std::byte*>(copy.get()),
             nullptr);
  cuda::wait(nullptr);
  return copy;
}

void wait_for_gpu(int index) {
  const cuda::CurrentDevice current(index);
  cuda::wait(nullptr);
}

}  // namespace coincide::projectors::bench
