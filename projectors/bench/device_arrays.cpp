#include "projectors/bench/device_arrays.h"
#include "projectors/cuda/runtime.h"

namespace coincide::projectors::bench {

std::shared_ptr<const void> copy_to_gpu(const void* data, std::size_t bytes, int index) {
  const cuda::CurrentDevice current(index);
  auto buffer = std::make_shared<cuda::Buffer<std::byte>>(static_cast<std::int64_t>(bytes), nullptr);
  cuda::copy(static_cast<const std::byte*>(data), buffer->size(), buffer->data(), nullptr);
  cuda::wait(nullptr);
  return {buffer, buffer->data()};
}

void wait_for_gpu(int index) {
  const cuda::CurrentDevice current(index);
  cuda::wait(nullptr);
}

}  // namespace coincide::projectors::bench
