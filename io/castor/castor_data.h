#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace coincide::io {

/// Where the fields of a record lie, in bytes from its start; -1: the file has no such field.
struct CastorRecord {
  int attenuation = -1;
  int kind = -1;
  int scatter = -1;
  int randoms = -1;
  int normalization = -1;
  int tof = -1;  ///< time of flight of an event, or the first bin of a histogram
  int num_lines = -1;
  int lines = 0;      ///< crystals of the first
  int bin_bytes = 0;  ///< from bin to bin of a histogram
  int bytes = 0;      ///< of a record
};

/// What a header of CASToR data (.cdh) says, and where its data are.
struct CastorData {
  enum class Mode { listmode, histogram, normalization };

  std::filesystem::path header;
  std::filesystem::path data;  ///< .cdf
  Mode mode = Mode::listmode;
  std::uint64_t num_records = 0;
  std::string scanner_name;
  double start_s = 0;
  double duration_s = 0;
  double calibration = 1;  ///< multiplies images; 1 says nothing
  std::string isotope;
  double bed_mm = 0;
  double most_axial_mm = 0;  ///< 0: any
  bool has_tof = false;
  double tof_fwhm_ps = 0;
  double tof_range_ps = 0;         ///< of events: from the smallest difference to the largest
  double tof_quantisation_ps = 0;  ///< 0: not quantised
  std::uint64_t num_tof_bins = 1;  ///< of histograms
  double tof_bin_ps = 0;
  int num_depth_fields = 0;  ///< directions in which places of interaction are stated
  int max_lines = 1;         ///< in a record
  CastorRecord record;

  /// How many of them are read: an event is one pair of crystals here, a bin may gather several.
  int most_lines_read() const { return mode == Mode::histogram ? max_lines : 1; }
  std::uint64_t bytes() const { return num_records * static_cast<std::uint64_t>(record.bytes); }
  /// "attenuation factor, time of flight": the optional fields of a record.
  std::string fields() const;
};

/// Reads the header and finds the data file beside it; the file's size must be that of its records, or less with
/// `allow_truncated`, which then changes num_records (`truncated` tells).
/// Throws FileError, also for the fields that nobody here reads.
CastorData read_castor_data(const std::filesystem::path& header, bool allow_truncated, std::string& truncated);

/// True if the header of CASToR data is that of a histogram.
bool is_castor_histogram(const std::filesystem::path& header);

/// The fields of a record in their order, as the flags of a header say. `fields.*` that are not -1 are wanted.
void lay_out(CastorData& data);

}  // namespace coincide::io
