#include "recon/subset_size.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace coincide::recon {
namespace {

/// Where TOF puts an event along its LOR, on average over the bins; without TOF the whole LOR.
double reach_mm(const Scanner& scanner, bool tof) {
  constexpr double sigmas = 6;  // the projectors' window of 3 on either side
  double sum_mm = 0;
  std::size_t bins = 0;
  for (const TofRange& range : scanner.tof_ranges) {
    for (std::uint32_t i = 0; tof && range.count > 1 && i < range.count; ++i) {
      const TofBin& bin = scanner.tof_bins[range.first + i];
      sum_mm += bin.width_mm + sigmas * bin.sigma_mm;
      ++bins;
    }
  }
  return bins > 0 ? sum_mm / static_cast<double>(bins) : scanner.longest_lor_mm();
}

}  // namespace

/// Prompts n that see v voxels each see each of V voxels k = n v / V times, and one of them, by Poisson's law, not at
/// all with the probability exp(-k). A voxel of the object survives some 32 subsets (the default's) with k = 10, where
/// all but 1 in 700 do. The object fills about a third of the image, and the prompts gather there: k = 3 of the image.
double prompts_per_subset(const Scanner& scanner, const ImageGrid& grid, bool tof, double psf_fwhm_mm) {
  constexpr double prompts_per_voxel = 3;
  constexpr double interpolated = 4;  // voxels of a plane that a LOR's point lies between
  const double voxel_mm = 0.5 * (double{grid.voxel_size_mm[0]} + grid.voxel_size_mm[1]);
  const double planes =
      std::clamp(reach_mm(scanner, tof) / voxel_mm, 1.0, static_cast<double>(std::max(grid.shape[0], grid.shape[1])));
  const double blurred = std::numbers::pi * std::pow(psf_fwhm_mm / voxel_mm, 2);  // disc: twice the FWHM across
  const double voxels_per_prompt = planes * std::max(interpolated, blurred);
  return std::ceil(prompts_per_voxel * static_cast<double>(grid.num_voxels()) / voxels_per_prompt);
}

}  // namespace coincide::recon
