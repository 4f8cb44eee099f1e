#pragma once

#include <vector>

#include "recon/measurement/measurements.h"

namespace coincide::tests {

/// Measurements as a test wants them, all in one subset.
struct PlainMeasurements final : recon::Measurements {
  std::vector<float> points;  ///< three coordinates each
  std::vector<std::uint32_t> start, end;
  std::vector<float> counts, factor, additive;  ///< by cell; counts may be empty
  std::optional<recon::TofAxis> axis;
  std::vector<projectors::TofBin> no_bins;

  int num_subsets() const override { return 1; }
  recon::DataBlock subset(int) const override {
    return {.lors = {.start_mm = points.data(),
                     .end_mm = points.data(),
                     .count = std::ssize(start),
                     .start_index = start.data(),
                     .end_index = end.data(),
                     .num_points = num_points()},
            .cells_per_lor = axis ? axis->num_bins : 1,
            .counts = counts.empty() ? nullptr : counts.data(),
            .factor = factor.data(),
            .additive = additive.data()};
  }
  double share(int) const override { return 1; }
  std::uint64_t num_lors() const override { return start.size(); }
  const std::optional<recon::TofAxis>& tof_axis() const override { return axis; }
  const std::vector<projectors::TofBin>& tof_bins() const override { return no_bins; }
  std::int64_t num_points() const override { return std::ssize(points) / 3; }
  const float* points_mm() const override { return points.data(); }
};

}  // namespace coincide::tests
