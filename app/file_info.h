#pragma once

#include <string>

#include "io/data_checks.h"
#include "recon/events.h"

namespace coincide::app {

/// What `coincide --info FILE` prints: scanner, counts, rates and checks of a listmode file.
std::string file_info_text(const recon::EventSource& source, const io::DataSummary& summary);

}  // namespace coincide::app
