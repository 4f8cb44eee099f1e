#include "recon/measurement/unlisting.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "projectors/error.h"
#include "recon/lor_enumerator.h"
#include "recon/parallel.h"
#include "recon/sensitivity.h"

namespace coincide::recon {
namespace {

/// The TOF bins of the scanner as one axis of all LORs.
TofAxis tof_axis_of(const Scanner& scanner) {
  const TofBin& first = scanner.tof_bins.front();
  TofAxis axis{.num_bins = static_cast<std::int32_t>(scanner.tof_ranges.front().count),
               .bin_width_mm = first.width_mm,
               .sigma_mm = first.sigma_mm};
  axis.num_sigmas += 0.5F * first.width_mm / first.sigma_mm;  // events have 3 from the bin's edges
  for (const TofRange& range : scanner.tof_ranges) {
    for (std::uint32_t i = 0; i < range.count; ++i) {
      const TofBin& bin = scanner.tof_bins[range.first + i];
      const float place = static_cast<float>(i) - 0.5F * static_cast<float>(axis.num_bins - 1);
      const float tolerance_mm = 1e-3F * axis.bin_width_mm;
      if (range.count != scanner.tof_ranges.front().count ||
          std::abs(bin.centre_mm - place * axis.bin_width_mm) > tolerance_mm ||
          std::abs(bin.width_mm - axis.bin_width_mm) > tolerance_mm ||
          std::abs(bin.sigma_mm - axis.sigma_mm) > 1e-3F * axis.sigma_mm) {
        throw InputError(
            "the TOF bins of the scanner are not equal, ascending and centred for all pairs of module types, as those "
            "of a histogram are: reconstruct the events themselves, or without TOF");
      }
    }
  }
  return axis;
}

void check_size(const MultiplicativeModel& model, std::int64_t bins_per_lor, const UnlistOptions& options) {
  const std::uint64_t pairs = num_measurable_lors(model);
  const std::uint64_t bytes = histogram_bytes(pairs, bins_per_lor);
  if (bytes > options.memory_limit_bytes) {
    throw InputError(fmt::format(
        "a histogram of the {} pairs of crystals, {} bins each, takes {:.1f} GB, and the limit is {:.1f} GB: "
        "reconstruct the events themselves{}",
        pairs, bins_per_lor, 1e-9 * static_cast<double>(bytes), 1e-9 * static_cast<double>(options.memory_limit_bytes),
        bins_per_lor > 1 ? ", or without TOF" : ""));
  }
}

/// All bins, without counts.
Histogram empty_histogram(const MultiplicativeModel& model, const ImageGrid& grid, const UnlistOptions& options) {
  Histogram histogram;
  histogram.point_mm = model.scanner().crystal_centre_mm;
  if (options.tof && model.scanner().has_tof()) {
    histogram.tof = tof_axis_of(model.scanner());
  }
  check_size(model, histogram.bins_per_lor(), options);
  LorEnumerator enumerator(model, grid,
                           {.tof = false, .by = CrystalGroups::By::module, .num_threads = options.num_threads});
  for (LorColumns block; enumerator.next(block);) {
    histogram.start.insert(histogram.start.end(), block.point_a.begin(), block.point_a.end());
    histogram.end.insert(histogram.end.end(), block.point_b.begin(), block.point_b.end());
    for (const float factor : block.factor) {
      histogram.factor.insert(histogram.factor.end(), static_cast<std::size_t>(histogram.bins_per_lor()), factor);
    }
  }
  histogram.counts.resize(static_cast<std::size_t>(histogram.num_bins()));
  histogram.additive.resize(histogram.counts.size());
  return histogram;
}

/// Finds the bin of an event. LORs ascend by their crystals.
class BinFinder {
 public:
  BinFinder(const Histogram& histogram, const Scanner& scanner)
      : histogram_(histogram), first_(scanner.num_crystals() + 1) {
    for (std::size_t crystal = 0; crystal < first_.size(); ++crystal) {
      first_[crystal] = std::ranges::lower_bound(histogram.start, crystal) - histogram.start.begin();
    }
    for (const TofBin& bin : scanner.tof_bins) {
      const double middle = 0.5 * static_cast<double>(histogram.bins_per_lor() - 1);
      place_.push_back(histogram.tof ? std::lround(bin.centre_mm / histogram.tof->bin_width_mm + middle) : 0);
    }
  }

  /// -1 if there is none.
  std::int64_t operator()(std::uint32_t a, std::uint32_t b, std::uint16_t tof_bin) const {
    std::int64_t place = place_[tof_bin];
    if (a > b) {
      std::swap(a, b);
      place = histogram_.bins_per_lor() - 1 - place;
    }
    const auto begin = histogram_.end.begin() + first_[a], end = histogram_.end.begin() + first_[a + 1];
    const auto found = std::lower_bound(begin, end, b);
    return found != end && *found == b ? (found - histogram_.end.begin()) * histogram_.bins_per_lor() + place : -1;
  }

 private:
  const Histogram& histogram_;
  std::vector<std::int64_t> first_;  ///< LOR by crystal at its start
  std::vector<std::int64_t> place_;  ///< on the histogram's axis, by TOF bin of the scanner
};

}  // namespace

Unlisted histogram_of(ListmodeData& data, const MultiplicativeModel& model, const ImageGrid& grid,
                      const UnlistOptions& options, const Reporter& reporter) {
  if (const EventTerms& stated = data.stated().used; stated.factor() || stated.additive()) {
    throw InputError(
        "the events state factors or a background of their own, which are not known of LORs without events: they "
        "cannot become a histogram");
  }
  Unlisted result{.histogram = empty_histogram(model, grid, options)};
  const BinFinder bin_of(result.histogram, model.scanner());
  for (int subset = 0; subset < data.num_subsets() && !reporter.stop_requested(); ++subset) {
    const PromptColumns columns = data.subset(subset);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::int64_t bin = bin_of(columns.crystal_a[i], columns.crystal_b[i], columns.tof_bin[i]);
      if (bin >= 0) {
        result.histogram.counts[static_cast<std::size_t>(bin)] += 1;
      } else {
        ++result.num_left_out;
      }
    }
  }
  return result;
}

}  // namespace coincide::recon
