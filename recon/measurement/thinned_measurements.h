#pragma once

#include "recon/measurement/measurements.h"

namespace coincide::recon {

/// About `wanted` of the LORs of other measurements, or all if they have no more, in one subset: every so many-th
/// one, whatever subset it lies in. For a quick look at the data. `all` outlives it.
class ThinnedMeasurements final : public Measurements {
 public:
  ThinnedMeasurements(const Measurements& all, std::uint64_t wanted);

  int num_subsets() const override { return 1; }
  DataBlock subset(int index) const override;
  double share(int) const override { return part_; }
  std::uint64_t num_lors() const override { return start_index_.size(); }
  const std::optional<TofAxis>& tof_axis() const override { return all_.tof_axis(); }
  const std::vector<projectors::TofBin>& tof_bins() const override { return all_.tof_bins(); }
  std::int64_t num_points() const override { return all_.num_points(); }
  const float* points_mm() const override { return all_.points_mm(); }

 private:
  void add(const DataBlock& block, std::int64_t lor);

  const Measurements& all_;
  double part_ = 1;
  std::vector<std::uint32_t> start_index_, end_index_;
  std::vector<std::uint16_t> tof_bin_;
  std::int64_t cells_per_lor_ = 1;
  std::vector<float> counts_;  ///< none: 1 each
  std::vector<float> factor_, additive_;
};

}  // namespace coincide::recon
