#pragma once

#include <vector>

#include "io/interfile/stir_sinogram_layout.h"
#include "io/interfile/stir_unlisting.h"
#include "recon/model.h"
#include "recon/reporter.h"

namespace coincide::io {

/// m of the LORs of a sinogram that events are sorted into: the sum over all pairs of crystals that each gathers, in
/// all energy windows. Counts of pairs add, so these do; 0 where no pair can be in coincidence. In the order of the
/// layout; without values if the reporter asks to stop.
std::vector<float> pair_factors(const StirSinogramLayout& layout, const StirDetectors& detectors,
                                const recon::MultiplicativeModel& model, recon::Reporter& reporter);

}  // namespace coincide::io
