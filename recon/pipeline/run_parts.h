#pragma once

#include <vector>

#include "recon/data/frames.h"
#include "recon/pipeline/run_state.h"

namespace coincide::recon {

/// What came of one part of an acquisition.
struct PartResult {
  Image image;  ///< without prompts: 0 everywhere
  RunRecord record;
};

/// Frames or gates of one acquisition, read in one pass and reconstructed one after the other, each with its own
/// randoms, live time and decay; a sensitivity image that several have in common is made once. When the reporter asks
/// to stop, the parts that are finished are kept. Throws as the stages do (stages.h).
std::vector<PartResult> run_parts(const RunInputs& inputs, const RunSettings& settings, const TimeParts& parts,
                                  ComputeDevice& device, Reporter& reporter);

/// What the records of parts have in common, and the sums of what can be summed. `stopped` before all were finished.
RunRecord record_of_all(const std::vector<PartResult>& parts, bool stopped);

}  // namespace coincide::recon
