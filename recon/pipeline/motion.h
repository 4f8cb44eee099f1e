#pragma once

#include <string>

#include "recon/pipeline/run_state.h"

namespace coincide::recon {

/// Moves the LORs of the events to where the body of the run's poses stands still. Returns what was done, for the
/// record. The attenuation image moves with the body: what stays in the scanner, such as the bed under a head, is then
/// taken to move, too. Throws InputError for poses that do not cover the frame.
std::string correct_motion(RunState& run);

}  // namespace coincide::recon
