#pragma once

#include <string>

#include "io/data_checks.h"
#include "recon/data/histogram_source.h"
#include "recon/events.h"

namespace coincide::app {

/// What `coincide --info FILE` prints: scanner, counts, rates and checks of a listmode file.
std::string file_info_text(const recon::EventSource& source, const io::DataSummary& summary);

/// The same of a histogram, which it reads.
std::string histogram_info_text(recon::HistogramSource& histogram);

}  // namespace coincide::app
