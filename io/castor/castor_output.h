#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "io/atomic_file.h"
#include "io/castor/castor_crystals.h"
#include "io/castor/castor_data.h"
#include "recon/data/tof_axis.h"
#include "recon/efficiencies.h"
#include "recon/scanner.h"

namespace coincide::io {

/// The text of a .cdh, with every flag, for a data file of that name beside it.
std::string castor_header_text(const CastorData& data);

/// The TOF axis that all pairs of a scanner's modules share; none without TOF. Throws InputError where they differ,
/// since CASToR has one for all.
std::optional<recon::TofAxis> shared_tof_axis(const recon::Scanner& scanner);

/// Writes the table of crystals into a folder, and returns the name that it has there. A table of that name is kept if
/// it is the same; else the new one has another name. Throws FileError.
std::string write_crystals_beside(CastorCrystals crystals, const std::filesystem::path& folder);

/// Records on their way to a file, in the layout of `data`.
class CastorDataFile {
 public:
  /// Throws FileError.
  explicit CastorDataFile(CastorData data);

  /// Bytes of the next record, all 0.
  char* next();
  std::uint64_t num_records() const { return data_.num_records; }
  /// For the header, once they are known.
  void set_times(double start_s, double duration_s) {
    data_.start_s = start_s;
    data_.duration_s = duration_s;
  }
  /// Ends the data and writes the header. Throws FileError, as next().
  void finish();

 private:
  void flush();

  CastorData data_;
  AtomicFile file_;
  std::ofstream out_;
  std::vector<char> bytes_;
  std::size_t used_ = 0;
};

}  // namespace coincide::io
