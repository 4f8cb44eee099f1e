#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "recon/engine/kernels/column_blur.h"
#include "recon/image.h"
#include "recon/psf_widths.h"

namespace coincide::recon {

/// A resolution model whose widths change with the distance from the axis. Its weights do not depend on z, so that they
/// are made once per column of voxels; those of each voxel add up to 1, at the faces of the image, too.
///
/// Across the columns the Gaussian is turned with the azimuth: three discrete Gaussians along the lattice vectors that
/// Selling's reduction finds for its covariance, one after the other. So its second moments are right for any widths
/// and angles, and with one width it is GaussianFilter's. Sources: Selling, J. reine angew. Math. 77, 1874; Lindeberg
/// as for discrete_gaussian().
class RadialBlur {
 public:
  RadialBlur(const ImageGrid& grid, const Psf& psf, int num_threads);

  /// Its weights, as long as it lives.
  kernels::ColumnBlur weights() const { return view(along_.data(), across_.data()); }
  /// The same where they have been copied to.
  kernels::ColumnBlur view(const float* along, const float* across) const;
  std::span<const float> along() const { return along_; }
  std::span<const float> across() const { return across_; }

  /// out <- the step of `in`, another image.
  void apply(kernels::ColumnStep step, const float* in, float* out) const;

 private:
  void fill_column(const Psf& psf, std::int64_t x, std::int64_t y);

  ImageGrid grid_;
  std::array<std::int64_t, 3> reach_;
  std::vector<float> along_, across_;
  int num_threads_;
};

/// Memory of the weights of a resolution model; 0 if it has one width.
std::uint64_t psf_weight_bytes(const ImageGrid& grid, const Psf& psf);

}  // namespace coincide::recon
