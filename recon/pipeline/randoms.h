#pragma once

#include <string>

#include "recon/pipeline/run_state.h"

namespace coincide::recon {

/// The estimate that corrections.randoms asks for, added to the events: from delayeds or, without them, from singles.
/// Where the data hold another measure of the randoms, the reporter is warned of more than 10 % between them. Returns
/// what was done, for the record. Throws InputError where what was asked for is not there.
std::string correct_randoms(RunState& run);

}  // namespace coincide::recon
