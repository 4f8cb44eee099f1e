#pragma once

#include <string>
#include <vector>

#include "io/data_checks.h"
#include "recon/data/histogram_source.h"
#include "recon/events.h"

namespace coincide::io {

/// One line about listmode data, for a person to read.
struct DataFact {
  std::string name;
  std::string value;
  bool part = false;  ///< a detail of the fact above it that is no part
};

/// The name of facts that a user should not overlook.
inline constexpr const char* warning_fact = "Warning";

/// What the header alone tells: format, scanner, TOF, efficiencies.
std::vector<DataFact> header_facts(const recon::EventSource& source);

/// The same of a histogram, with what its bins hold in all where they have been read.
std::vector<DataFact> histogram_facts(const recon::HistogramSource& source, const recon::Histogram* bins);

/// header_facts() and what a pass over the events has found: duration, counts, motion, warnings.
std::vector<DataFact> data_facts(const recon::EventSource& source, const DataSummary& summary);

}  // namespace coincide::io
