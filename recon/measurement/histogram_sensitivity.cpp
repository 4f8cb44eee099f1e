#include "recon/measurement/histogram_sensitivity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "projectors/error.h"
#include "recon/back_projection_sum.h"
#include "recon/lor_enumerator.h"
#include "recon/measurement/histogram_subsets.h"

namespace coincide::recon {
namespace {

constexpr std::string_view stage = "sensitivity image";

/// True if the sum over the TOF bins of each LOR is its projection without TOF: m is the same in all bins, and they
/// reach over the image.
class PlainRows {
 public:
  PlainRows(const Histogram& histogram, const ImageGrid& grid) : histogram_(histogram), box_(grid) {}

  bool operator()(std::int64_t lor) const {
    const auto row = histogram_.factor.begin() + lor * histogram_.bins_per_lor();
    return std::all_of(row, row + histogram_.bins_per_lor(), [row](float m) { return m == *row; }) && covers(lor);
  }

 private:
  bool covers(std::int64_t lor) const {
    const Vec3& start = histogram_.point_mm[histogram_.start[static_cast<std::size_t>(lor)]];
    const Vec3& end = histogram_.point_mm[histogram_.end[static_cast<std::size_t>(lor)]];
    const auto clip = box_.clip(start, end);
    if (!clip || !histogram_.tof) {
      return true;
    }
    const TofAxis& tof = *histogram_.tof;
    // The projectors spread a point over whole bins in reach, one more on each side at most.
    const double sure_mm = (0.5 * tof.num_bins - 1.5) * tof.bin_width_mm - double{tof.num_sigmas} * tof.sigma_mm;
    const double length_mm = std::hypot(end[0] - start[0], end[1] - start[1], end[2] - start[2]);
    return std::max(0.5 - clip->first, clip->last - 0.5) * length_mm <= sure_mm;
  }

  const Histogram& histogram_;
  ImageBox box_;
};

/// Back projection of the factors of some LORs.
class FactorSum {
 public:
  FactorSum(const Histogram& histogram, const projectors::Projector& projector)
      : histogram_(histogram), plain_(histogram, projector.grid()), sum_(projector) {}

  /// `count` LORs by their numbers.
  void add(const std::int64_t* lors, std::int64_t count) {
    std::vector<std::int64_t> plain, with_tof;
    std::partition_copy(lors, lors + count, std::back_inserter(plain), std::back_inserter(with_tof),
                        [&](std::int64_t lor) { return plain_(lor); });
    if (!plain.empty()) {
      gather(histogram_.factor, histogram_.bins_per_lor(), plain.data(), std::ssize(plain), factor_);
      for (std::size_t i = 0; i < plain.size(); ++i) {
        factor_[i] = factor_[i * static_cast<std::size_t>(histogram_.bins_per_lor())];
      }
      sum_.add(lines(plain), projectors::NoTof{}, factor_.data());
    }
    if (!with_tof.empty()) {
      gather(histogram_.factor, histogram_.bins_per_lor(), with_tof.data(), std::ssize(with_tof), factor_);
      sum_.add(lines(with_tof), histogram_.tof->bins(), factor_.data());
    }
  }
  std::vector<float> finish() { return sum_.finish(); }

 private:
  projectors::Lors lines(const std::vector<std::int64_t>& lors) { return gathered(histogram_, lors, start_, end_); }

  const Histogram& histogram_;
  PlainRows plain_;
  BackProjectionSum sum_;
  std::vector<std::uint32_t> start_, end_;
  std::vector<float> factor_;
};

/// A_k^T m_k; empty if the reporter asked to stop.
std::vector<float> image_of_subset(const Histogram& histogram, const projectors::Projector& projector, int subset,
                                   int num_subsets, Reporter& reporter) {
  constexpr std::int64_t bins_at_once = 1 << 22;
  const std::vector<std::int64_t> lors = lors_of_subset(histogram, subset, num_subsets);
  const std::int64_t at_once = std::max<std::int64_t>(1, bins_at_once / histogram.bins_per_lor());
  FactorSum sum(histogram, projector);
  for (std::int64_t first = 0; first < std::ssize(lors); first += at_once) {
    if (reporter.stop_requested()) {
      return {};
    }
    sum.add(lors.data() + first, std::min(at_once, std::ssize(lors) - first));
    reporter.progress(stage, (subset + static_cast<double>(first) / static_cast<double>(lors.size())) / num_subsets);
  }
  return sum.finish();
}

/// Sums of an image's planes along z.
std::vector<double> plane_sums(const ImageGrid& grid, const std::vector<float>& image) {
  std::vector<double> sums(static_cast<std::size_t>(grid.shape[2]));
  for (std::size_t i = 0; i < image.size(); ++i) {
    sums[i % sums.size()] += image[i];
  }
  return sums;
}

/// How far the share of a subset in a plane is from its share in all, as a part of that, in the worst plane.
double imbalance(const std::vector<double>& of_subset, const std::vector<double>& of_all) {
  const double share =
      std::accumulate(of_subset.begin(), of_subset.end(), 0.0) / std::accumulate(of_all.begin(), of_all.end(), 0.0);
  double worst = 0;
  for (std::size_t plane = 0; plane < of_all.size(); ++plane) {
    const double wanted = share * of_all[plane];
    worst = wanted > 0 ? std::max(worst, std::abs(of_subset[plane] / wanted - 1)) : worst;
  }
  return worst;
}

/// Throws InputError if a subset has a part of its own in some plane.
void check_balance(const std::vector<std::vector<double>>& planes_of_subset, const std::vector<double>& planes) {
  constexpr double most = 0.01;  // what images may differ by
  for (const std::vector<double>& of_subset : planes_of_subset) {
    if (const double worst = imbalance(of_subset, planes); worst > most) {
      throw InputError(fmt::format(
          "subsets see the planes of the image differently (by {:.1f} %), and there is not enough memory for a "
          "sensitivity image of each of the {}: take fewer subsets or a smaller image",
          100 * worst, planes_of_subset.size()));
    }
  }
}

HistogramSensitivity sensitivity_on(const ComputeDevice& device, const Histogram& histogram, const ImageGrid& grid,
                                    int num_subsets, const HistogramSensitivityOptions& options, Reporter& reporter) {
  const projectors::Projector projector(grid, {.device = device.get(), .num_threads = options.num_threads});
  HistogramSensitivity result{.whole = Image(grid, 0, "mm"), .by_subset = {}};
  const std::uint64_t bytes =
      static_cast<std::uint64_t>(num_subsets) * sizeof(float) * static_cast<std::uint64_t>(grid.num_voxels());
  std::vector<std::vector<double>> planes;
  for (int subset = 0; subset < num_subsets; ++subset) {
    std::vector<float> image = image_of_subset(histogram, projector, subset, num_subsets, reporter);
    if (device.ranks().any(image.empty())) {
      return {};
    }
    device.ranks().sum(image);
    std::ranges::transform(image, result.whole.values, result.whole.values.begin(), std::plus<>());
    planes.push_back(plane_sums(grid, image));
    if (num_subsets > 1 && bytes <= options.memory_limit_bytes) {
      result.by_subset.push_back(std::move(image));
    }
  }
  if (result.by_subset.empty()) {
    check_balance(planes, plane_sums(grid, result.whole.values));
  }
  return result;
}

}  // namespace

HistogramSensitivity histogram_sensitivity(const Histogram& histogram, const ImageGrid& grid, int num_subsets,
                                           const HistogramSensitivityOptions& options, Reporter& reporter) {
  histogram.check();
  ComputeDevice cpu;
  ComputeDevice& device = options.device != nullptr ? *options.device : cpu;
  try {
    return sensitivity_on(device, histogram, grid, num_subsets, options, reporter);
  } catch (const DeviceError& error) {
    device.give_up(error, stage, reporter);
    return sensitivity_on(device, histogram, grid, num_subsets, options, reporter);
  }
}

}  // namespace coincide::recon
