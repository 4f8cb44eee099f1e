#pragma once

#include <variant>

#include "recon/psf.h"
#include "recon/radial_blur.h"

namespace coincide::recon {

/// H of the projector A = P H, on the CPU: a GaussianFilter where there is one width, else a RadialBlur. Images are on
/// its grid. Throws InputError for a width that is negative or not finite.
class ResolutionModel {
 public:
  ResolutionModel(const ImageGrid& grid, const Psf& psf, int num_threads);

  /// out <- H in; `work` may hold anything. They are three images.
  void spread(const float* in, float* work, float* out) const;
  /// out <- H^T in; `out` may be `in`, but `work` is another image.
  void gather(const float* in, float* work, float* out) const;

 private:
  std::int64_t num_voxels_;
  std::variant<GaussianFilter, RadialBlur> blur_;
};

}  // namespace coincide::recon
