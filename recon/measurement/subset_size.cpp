#include "recon/measurement/subset_size.h"

#include <cmath>

#include "recon/measurement/voxels_on_lor.h"

namespace coincide::recon {
namespace {

/// Where TOF puts an event along its LOR, on average over the bins; without TOF the whole LOR.
double mean_reach_mm(const Scanner& scanner, bool tof) {
  double sum_mm = 0;
  std::size_t bins = 0;
  for (const TofRange& range : scanner.tof_ranges) {
    for (std::uint32_t i = 0; tof && range.count > 1 && i < range.count; ++i) {
      sum_mm += reach_mm(scanner.tof_bins[range.first + i]);
      ++bins;
    }
  }
  return bins > 0 ? sum_mm / static_cast<double>(bins) : scanner.longest_lor_mm();
}

}  // namespace

double prompts_per_subset(const Scanner& scanner, const ImageGrid& grid, bool tof, const Psf& psf,
                          double prompts_per_voxel) {
  const double voxels_per_prompt = voxels_on_lor(grid, mean_reach_mm(scanner, tof), psf);
  return std::ceil(prompts_per_voxel * static_cast<double>(grid.num_voxels()) / voxels_per_prompt);
}

}  // namespace coincide::recon
