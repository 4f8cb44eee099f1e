#pragma once

#include "recon/pipeline/run_state.h"

namespace coincide::recon {

// The work of each stage, by file.

/// Reads the events of the frame, applies the corrections that choose among them, deals them to subsets and sorts them.
void load_events(RunState& run);
/// Finds or makes the sensitivity image.
void make_sensitivity(RunState& run);
/// Applies the other corrections.
void correct_events(RunState& run);
/// From the start image to the result.
void reconstruct(RunState& run);

}  // namespace coincide::recon
