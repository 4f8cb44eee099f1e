#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <vector>

#include "support/cuda_on_host/cuda_on_host.h"

namespace coincide::tests {

enum class Where { host, device, managed };

/// An array in one kind of memory. Host memory is such as kernels cannot reach.
template <class T>
class Array {
 public:
  Array(Where where, const std::vector<T>& values) : where_(where), size_(values.size()) {
    const std::size_t bytes = std::max<std::size_t>(1, size_) * sizeof(T);
    switch (where) {
      case Where::host:
        data_ = static_cast<T*>(cuda_on_host::allocate_host_only(bytes));
        break;
      case Where::device:
        cudaMalloc(&data_, bytes);
        break;
      case Where::managed:
        cudaMallocManaged(&data_, bytes);
    }
    if (size_ > 0) {
      cudaMemcpyAsync(data_, values.data(), size_ * sizeof(T), cudaMemcpyDefault, nullptr);
      cudaStreamSynchronize(nullptr);  // the host may use managed memory at once
    }
  }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;
  ~Array() { where_ == Where::host ? cuda_on_host::free_host_only(data_) : static_cast<void>(cudaFree(data_)); }

  T* data() const { return data_; }
  std::vector<T> values() const {
    std::vector<T> copy(size_);
    cudaMemcpyAsync(copy.data(), data_, size_ * sizeof(T), cudaMemcpyDefault, nullptr);
    return copy;
  }

 private:
  Where where_;
  std::size_t size_;
  T* data_ = nullptr;
};

}  // namespace coincide::tests
