#pragma once

#include <cstdint>
#include <cstdlib>
#include <new>

#include "projectors/kernels/backend.h"

namespace coincide::projectors::COINCIDE_BACKEND {

/// An array without constructors: std::vector would leave out-of-line copies of itself behind.
template <class T>
class Scratch {
 public:
  explicit Scratch(std::int64_t count)
      : data_(static_cast<T*>(std::malloc(static_cast<std::size_t>(count) * sizeof(T)))) {
    if (data_ == nullptr) {
      throw std::bad_alloc();
    }
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { std::free(data_); }
  T& operator[](std::int64_t i) const { return data_[i]; }

 private:
  T* data_;
};

}  // namespace coincide::projectors::COINCIDE_BACKEND
