#pragma once

#include "recon/communicator.h"
#include "recon/data/histogram.h"
#include "recon/measurement/measurements.h"

namespace coincide::recon {

/// The bins of a histogram in subsets (lors_of_subset()). LORs without counts are left out: neither the back projection
/// A^T(m y / (m A x + b)) nor y ln(m A x + b) has anything of them, while the sensitivity image, which is made apart,
/// has all. Within a subset LORs lie so that neighbours cross the same voxels.
class HistogramMeasurements final : public Measurements {
 public:
  /// Copies what has counts; refers to the histogram's points. Counts of bins in which the model expects none whatever
  /// the image, since m is 0 or the LOR misses the grid, and b is 0, are left out, too (num_impossible()).
  /// Throws InputError as Histogram::check() and lors_of_subset(), and if no counts or no factors are left.
  HistogramMeasurements(const Histogram& histogram, const projectors::ImageGrid& grid, int num_subsets, int num_threads,
                        Communicator& ranks = no_others());
  HistogramMeasurements(const Histogram&&, const projectors::ImageGrid&, int, int,
                        Communicator& = no_others()) = delete;

  int num_subsets() const override { return static_cast<int>(first_lor_.size()) - 1; }
  DataBlock subset(int index) const override;
  /// By the sum of m.
  double share(int subset) const override { return share_[static_cast<std::size_t>(subset)]; }
  std::uint64_t num_lors() const override { return start_.size(); }
  const std::optional<TofAxis>& tof_axis() const override { return histogram_.tof; }
  const std::vector<projectors::TofBin>& tof_bins() const override { return no_bins_; }
  std::int64_t num_points() const override { return std::ssize(histogram_.point_mm); }
  const float* points_mm() const override { return histogram_.point_mm.front().data(); }

  double num_counts() const;                                 ///< of the bins that are taken, of all processes
  double num_impossible() const { return num_impossible_; }  ///< counts left out

 private:
  void add_subset(const std::vector<std::int64_t>& lors, const projectors::ImageGrid& grid, int num_threads);
  void leave_out_impossible(const projectors::ImageGrid& grid, int num_threads);

  const Histogram& histogram_;
  std::vector<std::uint32_t> start_, end_;
  std::vector<float> counts_, factor_, additive_;  ///< [LOR][TOF bin]
  std::vector<std::int64_t> first_lor_{0};         ///< of each subset, and the end of the last
  std::vector<double> share_;
  std::vector<projectors::TofBin> no_bins_;
  double num_impossible_ = 0;
  Communicator& ranks_;
};

}  // namespace coincide::recon
