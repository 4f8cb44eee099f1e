#pragma once

#include <span>

#include "recon/communicator.h"
#include "recon/measurement/measurements.h"

namespace coincide::recon {

/// About `wanted` of the LORs of other measurements, or all if they have no more, dealt to new subsets: drawn by what
/// they are, so that neither their order nor how processes share them matters. For a quick look at the data, whose
/// columns may then be changed. `all` and `ranks` outlive it.
class ThinnedMeasurements final : public Measurements {
 public:
  ThinnedMeasurements(const Measurements& all, std::uint64_t wanted, int num_subsets, Communicator& ranks);

  int num_subsets() const override { return static_cast<int>(first_lor_.size()) - 1; }
  DataBlock subset(int index) const override;
  /// Of the sensitivity image of all measurements.
  double share(int index) const override;
  std::uint64_t num_lors() const override { return start_index_.size(); }
  const std::optional<TofAxis>& tof_axis() const override { return all_.tof_axis(); }
  const std::vector<projectors::TofBin>& tof_bins() const override { return all_.tof_bins(); }
  std::int64_t num_points() const override { return all_.num_points(); }
  const float* points_mm() const override { return all_.points_mm(); }

  /// The LORs of all subsets, one after the other, and their columns by cell.
  DataBlock whole() const { return block(0, static_cast<std::int64_t>(num_lors())); }
  std::span<float> factor() { return factor_; }
  std::span<float> additive() { return additive_; }
  /// Of all LORs, with those of other processes.
  double part() const { return part_; }

 private:
  /// Subset and place of a LOR in the other measurements.
  struct Place {
    int subset;
    std::int64_t lor;
  };

  /// By new subset.
  std::vector<std::vector<Place>> choose(double part, int num_subsets) const;
  void add(const DataBlock& block, std::int64_t lor);
  DataBlock block(std::int64_t first, std::int64_t count) const;

  const Measurements& all_;
  double part_ = 1;
  std::vector<std::uint32_t> start_index_, end_index_;
  std::vector<std::uint16_t> tof_bin_;
  std::int64_t cells_per_lor_ = 1;
  std::vector<float> counts_;  ///< none: 1 each
  std::vector<float> factor_, additive_;
  std::vector<std::int64_t> first_lor_;  ///< of each subset, and the end of the last
  std::vector<double> share_;
};

}  // namespace coincide::recon
