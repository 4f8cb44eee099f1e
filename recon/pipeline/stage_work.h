#pragma once

#include <vector>

#include "recon/data/frames.h"
#include "recon/pipeline/run_state.h"

namespace coincide::recon {

// The work of each stage, by file.

/// Reads the events of the frame unless they have been read, applies the corrections that choose among them, deals them
/// to subsets and sorts them.
void load_events(RunState& run);
/// Finds or makes the sensitivity image.
void make_sensitivity(RunState& run);
/// Applies the other corrections.
void correct_events(RunState& run);
/// Reads a histogram with its factors and background, and chooses how many subsets there are.
void load_histogram(RunState& run);
/// Applies all corrections to its bins.
void correct_histogram(RunState& run);
/// Projects its bins back.
void make_histogram_sensitivity(RunState& run);
/// The unit of the result, and what is done about decay.
void set_scale(RunState& run);

/// The parts of an acquisition, in one pass.
std::vector<ListmodeData> load_parts(const RunInputs& inputs, const RunSettings& settings, const TimeParts& parts,
                                     Communicator& ranks, Reporter& reporter);
/// In place of all stages where a part has no prompts: an image of zeros.
void leave_empty(RunState& run);

}  // namespace coincide::recon
