#pragma once

#include <string>

#include "recon/pipeline/run_state.h"

namespace coincide::recon {

/// Moves the LORs of the events to where the body of the run's poses stands still, or a body on the bed where the data
/// state that bed or gantry move. Returns what was done, for the record. The attenuation image moves with the body:
/// what stays in the scanner, such as the bed under a head, is then taken to move, too. The model has its live time
/// already. Throws InputError for poses that do not cover the frame, for poses beside movements that the data state,
/// and for an image that is out of the scanner's sight.
std::string correct_motion(RunState& run);

}  // namespace coincide::recon
