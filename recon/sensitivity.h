#pragma once

#include <cstdint>
#include <filesystem>

#include "recon/compute_device.h"
#include "recon/image.h"
#include "recon/model.h"
#include "recon/motion/moved_crystals.h"
#include "recon/reporter.h"

namespace coincide::recon {

struct SensitivityOptions {
  bool tof = true;  ///< count only what falls into the TOF bins, where they do not cover the image
  /// Part of the crystal pairs that is used, spread evenly and weighted up; 1: all, exact. 0: as small a part as leaves
  /// at most 1 % of noise (root mean square) in a voxel of what attenuates, or of the image without attenuation, and
  /// at most 0.3 of what the prompts have there in an update; all, where these are few. Of a part fewer pairs are used
  /// of those that count little.
  double fraction = 1;
  std::uint64_t num_prompts = 0;  ///< that the image will reconstruct, for fraction 0; 0: not known
  int num_threads = 0;
  ComputeDevice* device = nullptr;  ///< null: the CPU
  /// Where the crystals stood to a body that moves: s is that of the body, the mean over the poses by their weights.
  /// Each pair of crystals counts in a few of them, drawn by weight, such that s is within about as much of all pairs
  /// in all poses as the noise of a part of the pairs may be. Null: no movement.
  const MovedCrystals* moved = nullptr;
};

/// s = A^T m over all LORs that can be measured, with attenuation if given (1/cm, any grid that covers the object).
/// Image unit: that of m times mm. If the reporter asks to stop the result is empty (no values). A note tells the part
/// of the pairs, if it was chosen, and the noise.
Image sensitivity_image(const MultiplicativeModel& model, const ImageGrid& grid, const Image* attenuation,
                        const SensitivityOptions& options, Reporter& reporter);

/// A text that changes when anything that the sensitivity image depends on does; names the file in the cache.
std::string sensitivity_key(const MultiplicativeModel& model, const ImageGrid& grid, const Image* attenuation,
                            const SensitivityOptions& options);

/// The noise that the sensitivity image may have, relative, where its part of the pairs, or the poses that they are
/// drawn in, go by it; else 0.
double allowed_noise(const MultiplicativeModel& model, const ImageGrid& grid, const Image* attenuation,
                     const SensitivityOptions& options);

/// The part of the crystal pairs that SensitivityOptions::fraction 0 will come to, nearly.
double expected_fraction(const MultiplicativeModel& model, const ImageGrid& grid, const Image* attenuation,
                         const SensitivityOptions& options);

/// How many crystal pairs can be in coincidence.
std::uint64_t num_measurable_lors(const MultiplicativeModel& model);

}  // namespace coincide::recon
