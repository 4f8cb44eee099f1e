#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/castor/castor_data.h"
#include "io/listmode_file.h"
#include "recon/data/histogram.h"
#include "recon/efficiencies.h"
#include "recon/events.h"

namespace coincide::io {

/// A histogram of CASToR in memory.
struct CastorHistogram {
  recon::Scanner scanner;  ///< its crystals are the points of the histogram
  /// m is what the file states, without the solid angle, and 1 where it states nothing; b what it states in its
  /// duration.
  recon::Histogram histogram;
  recon::EventTerms terms;           ///< that are in it
  recon::Efficiencies efficiencies;  ///< calibration, and whether m holds the solid angle
  recon::TimeInterval time;
  std::vector<std::string> warnings;
};

/// Throws FileError, also for an even number of TOF bins (whose middle programs put in different places), and for rates
/// without a duration.
CastorHistogram read_castor_histogram(const std::filesystem::path& header, const ListmodeOptions& options);

/// Writes NAME.cdh, NAME.cdf and the scanner's table, whose elements are the points of the histogram, whatever they
/// are. `scanner`, if its crystals are those points, states the table; else null. m becomes the normalization factor,
/// with `calibration`; b, as a rate in `time`, the scatter. Returns sentences about what the format cannot hold. Throws
/// InputError for TOF bins with different m in one LOR, or an even number of them; FileError if it cannot be written.
std::vector<std::string> write_castor_histogram(const recon::Histogram& histogram, const recon::Scanner* scanner,
                                                const recon::TimeInterval& time, double calibration,
                                                const std::filesystem::path& path);

}  // namespace coincide::io
