#pragma once

#include <span>
#include <string_view>

#include "recon/pipeline/run_state.h"

namespace coincide::recon {

/// A part of a run. Throws InputError for settings that do not
/// suit the data, FileError for damaged data, DeviceError for device and memory.
struct Stage {
  std::string_view name;
  void (*work)(RunState& run);
};

/// From opened inputs to the image: events, sensitivity image, corrections, reconstruction. A histogram is corrected
/// before its sensitivity image is made, which is that of its bins.
std::span<const Stage> stages(const RunInputs& inputs);

/// All stages but the reconstruction: what it needs lies in `run` then. False if the reporter asked to stop.
bool run_stages_before_reconstruction(RunState& run);

/// All stages, up to where the reporter asks to stop: the record says then that the run was stopped.
void run_stages(RunState& run);

}  // namespace coincide::recon
