#pragma once

#include <cstdint>
#include <cstring>
#include <fstream>
#include <span>
#include <vector>

#include "io/castor/castor_data.h"

namespace coincide::io {

/// A number of a record, wherever it lies. Files are little-endian, and so are the machines that this runs on.
template <class T>
T number_at(const char* place) {
  T value;
  std::memcpy(&value, place, sizeof value);
  return value;
}

/// 1 / factor, and 0 (never recorded) where a file has no positive number.
inline float reciprocal(float factor) { return factor > 0 ? 1 / factor : 0; }

/// m of a record with the fields that it has.
inline float factor_of(const CastorRecord& record, const char* bytes) {
  float whole = record.normalization >= 0 ? number_at<float>(bytes + record.normalization) : 1;
  if (record.attenuation >= 0) {
    whole *= number_at<float>(bytes + record.attenuation);
  }
  return reciprocal(whole);
}

/// Reads the records of a data file in large pieces.
class CastorRecords {
 public:
  /// Throws FileError if the file cannot be opened.
  explicit CastorRecords(const CastorData& data);
  explicit CastorRecords(const CastorData&&) = delete;

  /// The next records, at most so many and few enough for memory; none at the end. They stay until the next call.
  /// Throws FileError if the file cannot be read, or a record has more LORs than are read here (most_lines_read()), or
  /// none.
  std::span<const char> read(std::uint64_t most_records);
  /// Leaves out so many of the next ones; no more than there are.
  void skip(std::uint64_t records);
  void rewind();
  std::uint64_t num_read() const { return num_read_; }

 private:
  void check_lines(std::uint64_t count) const;

  const CastorData& data_;
  std::ifstream file_;
  std::vector<char> bytes_;
  std::uint64_t num_read_ = 0;
};

/// Throws FileError if the first records are of another byte order, or of a scanner with more crystals.
void check_crystals(const CastorData& data, std::size_t num_crystals);

}  // namespace coincide::io
