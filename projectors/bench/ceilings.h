#pragma once

#include <cstdint>

namespace coincide::projectors::bench {

/// How long the ceilings are measured.
struct CeilingEffort {
  std::int64_t copy_bytes;  ///< or a fifth of the free memory, if that is less
  int accesses_per_thread;
  double warm_up_s;  ///< before each: a GPU that has idled needs a while to reach its full clock rate
};

/// Additions of floats to memory that all threads share, 1e9 operations per s. The larger rate is the ceiling.
struct AdditionRates {
  double consecutive = 0;  ///< neighbouring threads, neighbouring addresses
  double random = 0;
};

/// What a GPU can do at most in what projections do most, by kernels that do nothing else.
struct Ceilings {
  double copy_gigabytes_per_s = 0;  ///< of its memory, read and written
  // In an image, which the L2 cache of a large GPU holds:
  double read_gigabytes_per_s = 0;
  AdditionRates additions;
  AdditionRates pair_additions;  ///< of two neighbouring floats at once; 0 below compute capability 9

  bool has_pairs() const { return pair_additions.consecutive > 0; }
};

/// Of the CUDA device with this index; `num_voxels` (at least 128) is the size of the image. Throws DeviceError.
Ceilings measure_ceilings(int index, std::int64_t num_voxels, const CeilingEffort& effort);

}  // namespace coincide::projectors::bench
