#pragma once

#include "recon/listmode_data.h"
#include "recon/measurement/measurements.h"
#include "recon/scanner.h"

namespace coincide::recon {

/// The prompts of a listmode file, one count each. `data` and `scanner` outlive it.
class ListmodeMeasurements final : public Measurements {
 public:
  /// `tof` false ignores the TOF bins of the events.
  ListmodeMeasurements(ListmodeData& data, const Scanner& scanner, bool tof);

  int num_subsets() const override { return data_.num_subsets(); }
  DataBlock subset(int index) const override;
  double share(int subset) const override;
  std::uint64_t num_lors() const override { return num_lors_; }
  const std::optional<TofAxis>& tof_axis() const override { return no_axis_; }
  const std::vector<projectors::TofBin>& tof_bins() const override { return tof_bins_; }
  std::int64_t num_points() const override { return std::ssize(data_.points_mm(scanner_)); }
  const float* points_mm() const override { return data_.points_mm(scanner_).front().data(); }

 private:
  ListmodeData& data_;
  const Scanner& scanner_;
  std::vector<std::uint64_t> sizes_;  ///< by subset, of all processes
  std::uint64_t num_lors_ = 0;        ///< of this process
  std::optional<TofAxis> no_axis_;
  std::vector<projectors::TofBin> tof_bins_;
};

}  // namespace coincide::recon
