#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "recon/image.h"
#include "recon/listmode_data.h"
#include "recon/options.h"
#include "recon/scanner.h"

namespace coincide::recon {

/// What all engines work on. It outlives them.
struct OsemInput {
  ListmodeData& data;
  const Scanner& scanner;
  std::vector<TofBin> tof_bins;    ///< empty: without TOF
  std::vector<float> sensitivity;  ///< of all subsets together, with the resolution model
  OsemOptions options;
};

/// The updates of OSEM on one kind of device. Image and sensitivity are where that device has them: an Image on the
/// host is what fetch() puts there.
class OsemEngine {
 public:
  virtual ~OsemEngine() = default;

  /// x <- x / s * A^T(m / (m A x + b)) with the events of a subset, s its share of the sensitivity.
  /// `go_on` is called at the start and now and then, with the part of the subset that is done; when it says no, the
  /// image stays as it was before the subset and the result is false.
  virtual bool run_subset(int subset, const std::function<bool(double)>& go_on) = 0;

  /// Sum of ln(m A x + b) over the events of the subsets since the last call.
  virtual double take_log_sum() = 0;
  virtual double image_sum() const = 0;
  virtual double expected_counts() const = 0;  ///< sum of s x

  /// Brings the image into `values`.
  virtual void fetch(std::vector<float>& values) const = 0;
};

/// From the image `start`. On the CPU the engine works in `start` itself, which outlives it.
std::unique_ptr<OsemEngine> make_cpu_engine(const OsemInput& input, Image& start);

/// All that the iterations need lives on the device from the start to the end, events too if they fit; else they come
/// in parts while others are computed. Throws DeviceError, with what is needed and what there is, if the images do not
/// fit. `note` gets a sentence about where the events are.
std::unique_ptr<OsemEngine> make_cuda_engine(const OsemInput& input, const Image& start, int device,
                                             const std::function<void(const std::string&)>& note);

/// Memory that make_cuda_engine() takes on the device if all fits.
std::uint64_t cuda_engine_bytes(const ImageGrid& grid, double psf_fwhm_mm, std::uint64_t num_events);

}  // namespace coincide::recon
