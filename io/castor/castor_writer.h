#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "recon/events.h"

namespace coincide::io {

struct CastorWriteOptions {
  bool write_normalization = true;  ///< NAME_norm.cdh with the factors of all LORs, where m is known of them
};

/// Writes the prompts of a listmode file as CASToR data: NAME.cdh, NAME.cdf, the scanner's .hscan and .lut beside them
/// and, since CASToR computes the sensitivity from it, a normalization file. Factors and rates that events have are
/// written as they are; else, where there are efficiencies, each event has 1 / m, which holds the solid angle, and the
/// calibration factor makes Bq/mL of that. The lower crystal of a pair comes first.
/// Returns sentences about what CASToR's format cannot hold of the file. Throws InputError for TOF bins that are not
/// one axis for all, or a name that does not end in .cdh; FileError if a file cannot be written.
std::vector<std::string> write_castor(recon::EventSource& source, const std::filesystem::path& path,
                                      const CastorWriteOptions& options = {});

}  // namespace coincide::io
