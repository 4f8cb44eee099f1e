#pragma once

#include "recon/pipeline/run_state.h"

namespace coincide::recon {

/// What usually looks wrong, and why: each symptom that is found is a warning with its cause and what to do. Of the
/// model, before the reconstruction begins.
void tell_of_model(const RunState& run);
/// Of the finished image. Those that need an attenuation image, or an image near its end, are left out without.
void tell_of_image(const RunState& run);

}  // namespace coincide::recon
