#pragma once

#include <vector>

#include "recon/pipeline/run_state.h"
#include "recon/scatter/scatter_result.h"
#include "recon/scatter/scattered_data.h"

namespace coincide::recon {

/// Prompts, randoms and scatter of all LORs by their TOF bins, scatter from a sample of the LORs, each LOR half in
/// either direction where the bins are alike on both sides. Nothing without TOF, or where pairs of crystals have TOF
/// bins of different kinds.
std::vector<TofBinCounts> tof_profile(ScatteredData& data, const ImageGrid& grid, const ScatterResult& scatter,
                                      double randoms, Communicator& ranks);

}  // namespace coincide::recon
