#pragma once

#include <string>

#include "recon/pipeline/run_state.h"

namespace coincide::recon {

/// Why scatter cannot be estimated; empty if it can.
std::string why_no_scatter(const Scanner& scanner, const CorrectionOptions& options, bool has_attenuation);

/// Throws InputError where a limit of the energy window is given and leaves none.
void check_energy_window(const Scanner& scanner, const CorrectionOptions& options);

/// Adds the scatter of the run's events, or of its bins, to b, as its settings say. Attenuation and all of b but
/// scatter are in the model by then. Returns what was done, for the record. Throws InputError where scatter is asked
/// for that cannot be estimated.
std::string correct_scatter(RunState& run);

}  // namespace coincide::recon
