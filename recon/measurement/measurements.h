#pragma once

#include <cstdint>
#include <vector>

#include "projectors/geometry.h"

namespace coincide::recon {

/// Some measured cells of the model y ~ Poisson(m (A x) + b), each a LOR with its TOF bin. Refers to Measurements.
struct DataBlock {
  projectors::Lors lors;
  const std::uint16_t* tof_bin = nullptr;  ///< by cell, into Measurements::tof_bins(); not used where these are empty
  const float* factor = nullptr;           ///< m, whole
  const float* additive = nullptr;         ///< b [counts]

  std::int64_t size() const { return lors.count; }
};

/// What was measured, in subsets, with all that the model knows of it: constant while algorithms work.
class Measurements {
 public:
  virtual ~Measurements() = default;

  virtual int num_subsets() const = 0;
  virtual DataBlock subset(int index) const = 0;
  /// Part of the sensitivity image that belongs to a subset.
  virtual double share(int subset) const = 0;
  virtual std::uint64_t num_counts() const = 0;
  /// What the cells' TOF bins refer to; empty: without TOF.
  virtual const std::vector<projectors::TofBin>& tof_bins() const = 0;
  /// The table of points that the LORs of all blocks refer to: their number, and three coordinates each [mm].
  virtual std::int64_t num_points() const = 0;
  virtual const float* points_mm() const = 0;
};

}  // namespace coincide::recon
