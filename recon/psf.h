#pragma once

#include "recon/image.h"

namespace coincide::recon {

/// Convolution with a separable Gaussian of full width at half maximum `fwhm_mm`, in place; cut one voxel beyond 4
/// sigma and normalised; outside the image is 0. It equals its own adjoint.
class GaussianFilter {
 public:
  GaussianFilter(const ImageGrid& grid, double fwhm_mm, int num_threads = 0);
  void apply(std::vector<float>& values) const;
  /// Weights at distances 0, 1 ... of voxels along an axis, the same on both sides.
  const std::vector<float>& taps(std::size_t axis) const { return taps_[axis]; }

 private:
  ImageGrid grid_;
  std::vector<float> taps_[3];
  int num_threads_;
};

}  // namespace coincide::recon
