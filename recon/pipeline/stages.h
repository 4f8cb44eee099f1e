#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "recon/pipeline/run_problem.h"
#include "recon/pipeline/run_state.h"

namespace coincide::recon {

/// A part of a run. Throws InputError for settings that do not
/// suit the data, FileError for damaged data, DeviceError for device and memory.
struct Stage {
  std::string_view name;
  void (*work)(RunState& run);
};

/// From opened inputs to what is reconstructed: events, sensitivity image, corrections. A histogram is corrected before
/// its sensitivity image is made, which is that of its bins.
std::span<const Stage> stages(const RunInputs& inputs);

/// All but the reconstruction: what it needs lies in `run` then. False if the reporter asked to stop.
bool run_stages_before_reconstruction(RunState& run);

/// All stages and the reconstruction, up to where the reporter asks to stop: the record says then that the run was
/// stopped. Returns what the image was reconstructed from; none if the run was stopped before.
std::optional<RunProblem> run_stages(RunState& run);

}  // namespace coincide::recon
