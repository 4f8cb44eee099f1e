#pragma once

#include <cstdint>
#include <vector>

#include "app/job_setup.h"
#include "recon/data/histogram.h"
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
  double forward_back_s = 0;  ///< of an event, with time of flight where the job uses it
};

/// Times the projectors for a second or two on the job's device; needs some 50 MB. Without events in the sample, on
/// crystal pairs that can be in coincidence, drawn at random. All 0 where there are none.
ProjectionSpeed projection_speed(const recon::MultiplicativeModel& model, const JobSetup& setup,
                                 const EventSample& events, bool tof, int num_threads);

/// Seconds for each LOR of a histogram, with counts or without.
struct HistogramSpeed {
  double arranging_s = 0;         ///< those with counts in subsets
  double sensitivity_s = 0;       ///< of TOF bins where they do not cover the image
  double attenuation_s = 0;       ///< where there is an attenuation image
  double pass_s = 0;              ///< of an iteration, which leaves out those without counts
  double part_with_counts = 1;    ///< of the LORs
  std::uint64_t num_prompts = 0;  ///< in the whole histogram
};

/// Times what a run does with a histogram on some of its LORs, for a few seconds on the job's device; `num_lors`: of
/// all. Throws InputError for counts that have been corrected already. Not whole if the reporter asks to stop, which is
/// heard between steps.
HistogramSpeed histogram_speed(const recon::Histogram& sample, std::int64_t num_lors, const JobSetup& setup,
                               int num_threads, const recon::Reporter& reporter);

/// How long the sensitivity image will take, from its first blocks of LORs on the job's grid, in larger voxels where it
/// has many. Takes a few seconds, and some 100 MB. `fraction` of the options must not be 0. Of no meaning if the
/// reporter asks to stop, which is heard between blocks.
double sensitivity_seconds(const recon::MultiplicativeModel& model, const JobSetup& setup,
                           const recon::Image* attenuation, recon::SensitivityOptions options,
                           const recon::Reporter& reporter);

}  // namespace coincide::app
