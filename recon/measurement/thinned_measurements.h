#pragma once

#include "recon/measurement/measurements.h"

namespace coincide::recon {

/// About `wanted` of the counts of other measurements, or all if they have no more, in one subset: every so many-th
/// cell, whatever subset it lies in. For a quick look at the data. `all` outlives it.
class ThinnedMeasurements final : public Measurements {
 public:
  ThinnedMeasurements(const Measurements& all, std::uint64_t wanted);

  int num_subsets() const override { return 1; }
  DataBlock subset(int index) const override;
  double share(int) const override { return part_; }
  std::uint64_t num_counts() const override { return start_index_.size(); }
  const std::vector<projectors::TofBin>& tof_bins() const override { return all_.tof_bins(); }
  std::int64_t num_points() const override { return all_.num_points(); }
  const float* points_mm() const override { return all_.points_mm(); }

 private:
  void add(const DataBlock& block, std::int64_t cell);

  const Measurements& all_;
  double part_ = 1;
  std::vector<std::uint32_t> start_index_, end_index_;
  std::vector<std::uint16_t> tof_bin_;
  std::vector<float> factor_, additive_;
};

}  // namespace coincide::recon
