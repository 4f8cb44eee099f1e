#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "projectors/bench/ceilings.h"
#include "projectors/bench/projection.h"

namespace coincide::projectors::bench {

/// How long to measure.
struct Effort {
  int max_runs;
  double max_seconds;             ///< no further run after this time; there is always one
  std::int64_t reference_planes;  ///< roughly, of the LORs that the scalar kernels project for comparison
};

struct Timing {
  int runs = 0;
  double median_s = 0, min_s = 0, max_s = 0;
};

/// The same function by the portable scalar kernels, on evenly spaced runs of the scene's LORs.
struct Reference {
  std::int64_t lors = 0, planes = 0;
  Timing timing;
  double speed_up = 0;   ///< scalar time per plane over time per plane
  double max_error = 0;  ///< largest difference of the two results, over the largest value
};

struct Measurement {
  Function function;
  std::string order;
  std::string_view tof;  ///< see tof_name()
  ImageGrid grid;
  Device device{};
  int threads = 0;                   ///< of the CPU
  InstructionSet instruction_set{};  ///< of the CPU
  std::int64_t lors = 0, planes = 0;
  double touched_bytes = 0;  ///< by one run
  Timing timing{};
  std::int64_t peak_bytes = 0;                 ///< of the whole process while it ran
  std::int64_t scratch_bytes = 0;              ///< of that what the projector needed for itself
  std::optional<Reference> reference{};        ///< none where the scalar kernels are what is measured
  std::optional<double> share_of_reads{};      ///< of the ceiling; forward projections on a GPU
  std::optional<double> share_of_additions{};  ///< of the ceiling; back projections on a GPU

  double ns_per_lor() const { return 1e9 * timing.median_s / static_cast<double>(lors); }
  double ns_per_plane() const { return 1e9 * timing.median_s / static_cast<double>(planes); }
  double gigabytes_per_s() const { return 1e-9 * touched_bytes / timing.median_s; }
};

/// Times a function on a scene and compares it with the scalar kernels, on the same number of threads or, for a GPU,
/// on all cores.
Measurement measure(const PlacedScene& scene, const Function& function, const ProjectorOptions& options,
                    const Effort& effort);

/// Sets the shares of the ceilings of its GPU that a measurement reaches: bytes read by touched_bytes(); additions 4
/// per plane, or 2 of pairs where the GPU has them.
void compare_with_ceilings(const Ceilings& ceilings, Measurement& measurement);

}  // namespace coincide::projectors::bench
