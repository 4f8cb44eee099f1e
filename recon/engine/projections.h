#pragma once

#include "projectors/device.h"
#include "recon/measurement/problem.h"

namespace coincide::recon {

/// The model of a problem's cells one by one, for algorithms that are made of projections and for a look at the data.
/// Engine does both directions in one pass and stores no cell, so it is quicker. Arrays lie on the host: images on the
/// problem's grid, values by cell of a subset (DataBlock). Functions overwrite `out`, and throw DeviceError if the
/// device is lost or out of memory.
class Projections {
 public:
  /// Refers to the problem.
  Projections(const Problem& problem, projectors::Device device, int num_threads);
  Projections(const Problem&&, projectors::Device, int) = delete;

  /// out <- m (A x) + b [counts].
  void expected(int subset, const float* x, float* out) const;
  /// out <- A^T (m v).
  void back(int subset, const float* v, float* out) const;

 private:
  const Problem& problem_;
  projectors::Device device_;
  int num_threads_;
};

}  // namespace coincide::recon
