#pragma once

#include <cstdint>

#include "recon/communicator.h"

namespace coincide::recon {

/// Which LORs of a histogram a process works with: every so many-th of each view or, where LORs have no views, of all.
/// Then they keep their number as their view, so that subsets stay what they are.
class LorShare {
 public:
  LorShare() = default;  ///< of one process: all of them
  explicit LorShare(const Communicator& ranks)
      : size_(static_cast<std::uint64_t>(ranks.size())), rank_(static_cast<std::uint64_t>(ranks.rank())) {}
  LorShare(int size, int rank) : size_(static_cast<std::uint64_t>(size)), rank_(static_cast<std::uint64_t>(rank)) {}

  bool is_all() const { return size_ == 1; }
  /// From one LOR taken to the next within a view.
  std::uint64_t step() const { return size_; }
  /// Of LORs that follow each other in a view, the first to be taken, counted from the one that has so many before it.
  std::uint64_t first(std::uint64_t view, std::uint64_t before) const {
    return (rank_ + size_ - (before + view) % size_) % size_;
  }
  bool takes(std::uint64_t view, std::uint64_t before) const { return first(view, before) == 0; }

 private:
  std::uint64_t size_ = 1;
  std::uint64_t rank_ = 0;
};

}  // namespace coincide::recon
