#include "recon/measurement/voxels_on_lor.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace coincide::recon {

double reach_mm(const projectors::TofBin& bin) {
  constexpr double sigmas = 6;  // the projectors' window of 3 on either side
  return bin.width_mm + sigmas * bin.sigma_mm;
}

double voxels_on_lor(const ImageGrid& grid, double reach_mm, const Psf& psf) {
  constexpr double interpolated = 4;  // voxels of a plane that a LOR's point lies between
  const double voxel_mm = 0.5 * (double{grid.voxel_size_mm[0]} + grid.voxel_size_mm[1]);
  const double planes =
      std::clamp(reach_mm / voxel_mm, 1.0, static_cast<double>(std::max(grid.shape[0], grid.shape[1])));
  const double blurred =
      std::numbers::pi * std::pow(psf.least_across_mm() / voxel_mm, 2);  // disc: twice the FWHM across
  return planes * std::max(interpolated, blurred);
}

double voxels_per_cell(const Problem& problem) {
  double reach = std::numeric_limits<double>::max();
  if (const std::optional<TofAxis>& axis = problem.data.tof_axis()) {
    reach = reach_mm(projectors::TofBin{.width_mm = axis->bin_width_mm, .sigma_mm = axis->sigma_mm});
  } else if (const std::vector<projectors::TofBin>& bins = problem.data.tof_bins(); !bins.empty()) {
    reach = 0;
    for (const projectors::TofBin& bin : bins) {
      reach += reach_mm(bin) / static_cast<double>(bins.size());
    }
  }
  return voxels_on_lor(problem.grid, reach, problem.psf);
}

}  // namespace coincide::recon
