#pragma once

#include <cstdint>

namespace coincide::recon {

class ComputeDevice;

/// A correction that the data may or may not call for.
enum class Switch { off, on, automatic };

enum class RandomsMethod {
  none,
  delayeds,   ///< smooth estimate from the delayed window
  automatic,  ///< delayeds if the file has any, else none
};

/// Which factors the model of the measurement has (see MultiplicativeModel).
struct CorrectionOptions {
  bool efficiencies = true;  ///< those of the file
  /// Solid angle of the crystal pair. Automatic: on unless the file's pair efficiencies hold it already.
  Switch geometric = Switch::automatic;
};

struct OsemOptions {
  int iterations = 4;
  int subsets = 1;         ///< 1 is MLEM
  double psf_fwhm_mm = 0;  ///< Gaussian resolution model in image space, part of the system matrix; 0: none
  int num_threads = 0;
  ComputeDevice* device = nullptr;  ///< null: the CPU
  /// Hand the image to the reporter after every subset, too; else after whole iterations only.
  bool report_every_subset = false;
};

}  // namespace coincide::recon
