#include "projectors/cuda/staging.h"

#include <algorithm>
#include <cstring>

#include "projectors/device.h"
#include "projectors/error.h"

namespace coincide::projectors::cuda {

Slot::Slot(std::size_t bytes, int num_threads) : device_(bytes, stream_), pinned_(bytes) { set_threads(num_threads); }

void Slot::set_threads(int num_threads) { num_threads_ = thread_count(num_threads); }

std::size_t Slot::reserve(std::size_t bytes) {
  const std::size_t place = used_;
  used_ += (bytes + alignment - 1) / alignment * alignment;
  if (used_ > device_.size()) {
    throw Error("A part of the data is larger than the memory set aside for it.");  // lors_per_part() prevents this
  }
  return place;
}

/// One thread does not fill the bus to the device.
void Slot::copy_on_host(const void* from, std::size_t bytes, void* to) const {
  constexpr std::size_t piece = std::size_t{1} << 20;
  const auto pieces = static_cast<std::int64_t>((bytes + piece - 1) / piece);
#pragma omp parallel for num_threads(num_threads_) if (pieces > 1)
  for (std::int64_t i = 0; i < pieces; ++i) {
    const std::size_t first = static_cast<std::size_t>(i) * piece;
    std::memcpy(static_cast<char*>(to) + first, static_cast<const char*>(from) + first, std::min(piece, bytes - first));
  }
}

void Slot::begin() {
  stream_.wait();
  for (const Result& result : results_) {
    copy_on_host(static_cast<const char*>(pinned_.data()) + result.place, result.bytes, result.array);
  }
  results_.clear();
  used_ = 0;
}

void Slot::end() {
  for (const Result& result : results_) {
    copy(static_cast<const char*>(device_.data()) + result.place, static_cast<std::int64_t>(result.bytes),
         static_cast<char*>(pinned_.data()) + result.place, stream_);
  }
}

void Slot::abandon() {
  cudaStreamSynchronize(stream_);
  cudaGetLastError();  // the failure has been reported
  results_.clear();
  used_ = 0;
}

Staging::Staging(int num_threads) {
  for (auto& slot : slots_) {
    slot = std::make_unique<Slot>(slot_bytes, num_threads);
  }
}

std::int64_t Staging::lors_per_part(std::size_t bytes_per_lor) {
  const std::size_t usable = slot_bytes - num_arrays * Slot::alignment;
  if (bytes_per_lor > usable) {
    throw InputError("A LOR has " + std::to_string(bytes_per_lor) +
                     " bytes of TOF bins; from host memory the GPU takes " + std::to_string(usable) +
                     " at most. Put the arrays into memory of the GPU, or compute on the CPU.");
  }
  return static_cast<std::int64_t>(usable / std::max<std::size_t>(bytes_per_lor, 1));
}

void Staging::set_threads(int num_threads) {
  for (const auto& slot : slots_) {
    slot->set_threads(num_threads);
  }
}

void Staging::finish() {
  for (const auto& slot : slots_) {
    slot->begin();
  }
}

void Staging::abandon() {
  for (const auto& slot : slots_) {
    slot->abandon();
  }
}

}  // namespace coincide::projectors::cuda
