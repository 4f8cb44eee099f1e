#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "recon/data/frames.h"
#include "recon/pipeline/run_problem.h"
#include "recon/pipeline/run_state.h"

namespace coincide::recon {

/// What came of one part of an acquisition.
struct PartResult {
  Image image;  ///< without prompts: 0 everywhere
  RunRecord record;
};

/// A part with all that its image was reconstructed from.
struct PartProblem {
  std::size_t part = 0;
  std::unique_ptr<RunState> run;  ///< which the problem refers to
  RunProblem made;
};

/// What is done with the data of several parts at once, when all are finished. They stay in memory until then, and have
/// one number of subsets, which the smallest decides. Parts without prompts are left out.
struct JointWork {
  std::string name;                ///< for progress
  std::vector<std::size_t> parts;  ///< ascending; none: nothing is done
  std::function<void(const std::vector<PartResult>& all, const std::vector<PartProblem>& problems, Reporter& reporter)>
      work{};
};

/// Frames or gates of one acquisition, read in one pass and reconstructed one after the other, each with its own
/// randoms, live time and decay; a sensitivity image that several have in common is made once. When the reporter asks
/// to stop, the parts that are finished are kept. Throws as the stages do (stages.h).
std::vector<PartResult> run_parts(const RunInputs& inputs, const RunSettings& settings, const TimeParts& parts,
                                  const JointWork& joint, ComputeDevice& device, Reporter& reporter);

/// What the records of parts have in common, and the sums of what can be summed. `stopped` before all were finished.
RunRecord record_of_all(const std::vector<PartResult>& parts, bool stopped);

}  // namespace coincide::recon
