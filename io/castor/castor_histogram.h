#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/castor/castor_data.h"
#include "io/listmode_file.h"
#include "recon/data/histogram.h"
#include "recon/data/histogram_source.h"
#include "recon/events.h"

namespace coincide::io {

/// A histogram of CASToR. Its m is what the file states, with the calibration and without the solid angle; b what it
/// states in its duration.
class CastorHistogram final : public recon::HistogramSource {
 public:
  /// Throws FileError, also for an even number of TOF bins (whose middle programs put in different places), and for
  /// rates without a duration.
  CastorHistogram(const std::filesystem::path& header, const ListmodeOptions& options);

  const recon::Scanner& scanner() const override { return scanner_; }
  const recon::HistogramFacts& facts() const override { return facts_; }
  recon::Histogram read_share(const recon::LorShare& share) override;
  /// Of pieces all over the file.
  recon::Histogram read_sample(std::int64_t enough_lors) override;

 private:
  /// Records one after the other, skipping some after each piece of so many.
  recon::Histogram read_pieces(const recon::LorShare& share, std::uint64_t records, std::uint64_t skipped);
  void add_record(const char* bytes, recon::Histogram& histogram) const;

  CastorData data_;
  recon::Scanner scanner_;  ///< its crystals are the points of the histogram, beside middles of several (CastorLines)
  recon::HistogramFacts facts_;
  float calibration_ = 1;  ///< part of m
};

/// Writes NAME.cdh, NAME.cdf and the scanner's table, whose elements are the points of the histogram, whatever they
/// are. `scanner`, if its crystals are those points, states the table; else null. m becomes the normalization factor,
/// with `calibration`; b, as a rate in `time`, the scatter. Returns sentences about what the format cannot hold. Throws
/// InputError for TOF bins with different m in one LOR, or an even number of them; FileError if it cannot be written.
std::vector<std::string> write_castor_histogram(const recon::Histogram& histogram, const recon::Scanner* scanner,
                                                const recon::TimeInterval& time, double calibration,
                                                const std::filesystem::path& path);

}  // namespace coincide::io
