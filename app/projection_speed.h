#pragma once

#include <cstdint>
#include <vector>

#include "app/job_setup.h"
#include "recon/events.h"
#include "recon/model.h"
#include "recon/sensitivity.h"

namespace coincide::app {

/// Some prompts of the data, which cross other parts of the image than LORs of all pairs do.
struct EventSample {
  std::vector<std::uint32_t> a;
  std::vector<std::uint32_t> b;
  std::vector<std::uint16_t> tof_bin;

  /// Adds prompts of a block, up to as many as are timed.
  void add(const recon::EventBlock& block);
};

/// Seconds for each LOR on the grid of a job, of those that were timed.
struct ProjectionSpeed {
  double forward_s = 0;       ///< through the attenuation
  double back_s = 0;          ///< without time of flight
  double forward_back_s = 0;  ///< of an event, with time of flight where the job uses it
};

/// Times the projectors for a second or two on the job's device; needs some 50 MB. Without events in the sample, on
/// crystal pairs that can be in coincidence, drawn at random. All 0 where there are none.
ProjectionSpeed projection_speed(const recon::MultiplicativeModel& model, const JobSetup& setup,
                                 const EventSample& events, bool tof, int num_threads);

/// How long the sensitivity image will take, from its first blocks of LORs on the job's grid, in larger voxels where it
/// has many. Takes a few seconds, and some 100 MB. `fraction` of the options must not be 0. Of no meaning if the
/// reporter asks to stop, which is heard between blocks.
double sensitivity_seconds(const recon::MultiplicativeModel& model, const JobSetup& setup,
                           const recon::Image* attenuation, recon::SensitivityOptions options,
                           const recon::Reporter& reporter);

}  // namespace coincide::app
