#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "recon/image.h"

namespace coincide::recon {

/// Noise of a sensitivity image that is made of a part of the crystal pairs, and how much of it does no harm.
///
/// An update multiplies each voxel by A^T (y / (A x + b)) / s. Noise of s is in all updates alike and adds up, as that
/// of the prompts in A^T does, until the data hold it back: what is left in the image of both goes as they go here.
class SensitivityNoise {
 public:
  static constexpr double most = 0.01;  ///< that is allowed for any data, relative

  /// Of the voxels that matter: those of what attenuates, or of the image if nothing does. `tof_sigma_mm`: resolution
  /// of the time of flight that is used, 0 without.
  SensitivityNoise(const ImageGrid& grid, const Image* attenuation, float tof_sigma_mm);

  /// In some of the voxels that matter.
  std::vector<double> values_in(const std::vector<double>& image) const;

  /// Of a sum over pairs, from what two parts of it differ by: relative, root mean square. `first` and `whole`: sums
  /// over `first_part` of its pairs, and over all of them. Where little can be measured noise does no harm: voxels
  /// below a tenth of the highest do not count.
  static double of(const std::vector<double>& whole, const std::vector<double>& first, double first_part);

  /// That of the prompts in a voxel of an update, relative.
  double of_prompts(std::uint64_t num_prompts) const;

  /// What the sensitivity image may have beside that of the prompts; `num_prompts` 0: not known. In steps, so that
  /// scans of about as many prompts share an image.
  double allowed(std::uint64_t num_prompts) const;

 private:
  std::vector<std::size_t> voxels_;
  double num_voxels_;  ///< that matter
  double voxel_mm_;
  double length_mm_;  ///< of a LOR in them, that a prompt may belong to
};

}  // namespace coincide::recon
