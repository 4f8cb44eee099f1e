#pragma once

#include <string>
#include <vector>

#include "io/petsird_writer.h"
#include "recon/events.h"
#include "recon/reporter.h"

namespace coincide::io {

/// Writes all that a source holds, in two passes over it: sources may tell of time blocks, movements and dead time
/// after the events that these are of. Events that are not in the order of time make more time blocks than there were.
/// Returns sentences on what PETSIRD does not hold. Throws as source and writer do.
std::vector<std::string> write_petsird(recon::EventSource& source, PetsirdWriter& writer, recon::Reporter& reporter);

}  // namespace coincide::io
