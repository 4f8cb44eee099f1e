#include "projectors/bench/plane_count.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace coincide::projectors::bench {
namespace {

/// A range of continuous plane indices.
struct Range {
  double low, high;
};

/// A LOR in continuous voxel indices: from + t * step, t in 0 ... 1.
struct IndexLine {
  std::array<double, 3> from, step;
  double length_mm;
  int principal_axis;
};

IndexLine index_line(const ImageGrid& grid, const Lors& lors, std::int64_t lor) {
  IndexLine line{};
  double longest = -1, square = 0;
  for (int k = 0; k < 3; ++k) {
    const double start = lors.start_mm[3 * lor + k];
    const double d = lors.end_mm[3 * lor + k] - start;
    line.from[k] = (start - grid.origin_mm[k]) / grid.voxel_size_mm[k];
    line.step[k] = d / grid.voxel_size_mm[k];
    square += d * d;
    if (std::abs(d) > longest) {
      longest = std::abs(d);
      line.principal_axis = k;
    }
  }
  line.length_mm = std::sqrt(square);
  return line;
}

/// Planes of the principal axis between the points where the LOR enters and leaves the box.
Range range_in_box(const ImageGrid& grid, const IndexLine& line) {
  double t_in = 0, t_out = 1;
  for (int k = 0; k < 3; ++k) {
    const double low = -0.5, high = static_cast<double>(grid.shape[k]) - 0.5;
    if (line.step[k] == 0) {
      if (line.from[k] < low || line.from[k] > high) {
        return {1, 0};
      }
      continue;
    }
    const double t_low = (low - line.from[k]) / line.step[k], t_high = (high - line.from[k]) / line.step[k];
    t_in = std::max(t_in, std::min(t_low, t_high));
    t_out = std::min(t_out, std::max(t_low, t_high));
  }
  if (t_in > t_out) {
    return {1, 0};
  }
  const double from = line.from[line.principal_axis], step = line.step[line.principal_axis];
  const auto [low, high] = std::minmax({from + t_in * step, from + t_out * step});
  return {low, high};
}

/// Planes within reach of the bin, widened to the next whole planes as in the definition of the weights.
Range range_of_bin(const IndexLine& line, const TofEvents& events, std::int64_t lor) {
  const TofBins& bins = events.bins;
  const double offset_mm =
      bins.center_offset_mm == nullptr ? 0 : bins.center_offset_mm[bins.center_offset_per_lor ? lor : 0];
  const double centre_mm = (events.bin_index[lor] - 0.5 * (bins.num_bins - 1)) * bins.bin_width_mm + offset_mm;
  const double reach_mm = static_cast<double>(bins.num_sigmas) * bins.sigma_mm[bins.sigma_per_lor ? lor : 0];
  const double from = line.from[line.principal_axis], step = line.step[line.principal_axis];
  const auto plane = [&](double along_mm) { return from + step * (0.5 + along_mm / line.length_mm); };
  const auto [low, high] = std::minmax({plane(centre_mm - reach_mm), plane(centre_mm + reach_mm)});
  return {std::floor(low), std::ceil(high)};
}

std::int64_t whole_planes(Range box, Range bin, std::int64_t num_planes) {
  const double first = std::ceil(std::max({0.0, box.low, bin.low}));
  const double last = std::floor(std::min({static_cast<double>(num_planes - 1), box.high, bin.high}));
  return last < first ? 0 : static_cast<std::int64_t>(last - first) + 1;
}

}  // namespace

std::int64_t count_planes(const ImageGrid& grid, const Lors& lors) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::int64_t planes = 0;
  for (std::int64_t lor = 0; lor < lors.count; ++lor) {
    const IndexLine line = index_line(grid, lors, lor);
    planes += whole_planes(range_in_box(grid, line), {-infinity, infinity}, grid.shape[line.principal_axis]);
  }
  return planes;
}

std::int64_t count_planes(const ImageGrid& grid, const Lors& lors, const TofEvents& events) {
  std::int64_t planes = 0;
  for (std::int64_t lor = 0; lor < lors.count; ++lor) {
    const IndexLine line = index_line(grid, lors, lor);
    planes += whole_planes(range_in_box(grid, line), range_of_bin(line, events, lor), grid.shape[line.principal_axis]);
  }
  return planes;
}

}  // namespace coincide::projectors::bench
