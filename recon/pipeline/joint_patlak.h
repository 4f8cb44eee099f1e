#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "recon/compute_device.h"
#include "recon/kinetics/patlak.h"
#include "recon/pipeline/run_parts.h"
#include "recon/reporter.h"

namespace coincide::recon {

/// What its checkpoints go by, beside those of the parts.
inline constexpr const char* patlak_part = "patlak";

/// What came of a direct reconstruction of Patlak's images.
struct JointPatlak {
  PatlakImages images;              ///< with the result's filter
  std::vector<std::size_t> frames;  ///< parts that they are made from
  int passes_done = 0;              ///< whole ones; 0: there are no images
  bool stopped = false;             ///< the reporter asked to; the images are those of the passes that were done
  std::int64_t subsets = 1;
  std::vector<double> log_likelihood;  ///< of all frames after each pass, without what does not depend on K and V
};

/// K and V from the events of frames (DirectPatlak), each frame with the corrections that its own image had, which set
/// the scale, too. `terms`: of each frame; `start`: what the finished frames say, from which EM goes on for as many
/// passes as these took. Goes on from the checkpoint that there is of the same frames and terms, and hands out its own
/// after whole passes, both as the frames do. Throws InputError where the terms do not allow it, DeviceError.
JointPatlak reconstruct_patlak(const std::vector<PartProblem>& frames, std::span<const PatlakTerms> terms,
                               const PatlakImages& start, ComputeDevice& device, Reporter& reporter);

}  // namespace coincide::recon
