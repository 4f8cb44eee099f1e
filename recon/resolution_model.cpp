#include "recon/resolution_model.h"

#include <algorithm>

namespace coincide::recon {
namespace {

std::variant<GaussianFilter, RadialBlur> make_blur(const ImageGrid& grid, const Psf& psf, int num_threads) {
  if (const std::optional<double> width_mm = psf.one_width_mm()) {
    return GaussianFilter(grid, *width_mm, num_threads);
  }
  return RadialBlur(grid, psf, num_threads);
}

}  // namespace

ResolutionModel::ResolutionModel(const ImageGrid& grid, const Psf& psf, int num_threads)
    : num_voxels_(grid.num_voxels()), blur_(make_blur(grid, psf, num_threads)) {}

void ResolutionModel::spread(const float* in, float* work, float* out) const {
  if (const auto* radial = std::get_if<RadialBlur>(&blur_)) {
    radial->apply(kernels::ColumnStep::along, in, work);
    radial->apply(kernels::ColumnStep::spread_across, work, out);
  } else {
    gather(in, work, out);  // a Gaussian of one width is its own adjoint
  }
}

void ResolutionModel::gather(const float* in, float* work, float* out) const {
  if (const auto* radial = std::get_if<RadialBlur>(&blur_)) {
    radial->apply(kernels::ColumnStep::gather_across, in, work);
    radial->apply(kernels::ColumnStep::along, work, out);
    return;
  }
  if (out != in) {
    std::copy_n(in, num_voxels_, out);
  }
  std::get<GaussianFilter>(blur_).apply({out, static_cast<std::size_t>(num_voxels_)});
}

}  // namespace coincide::recon
