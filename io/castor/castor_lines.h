#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "io/castor/castor_data.h"
#include "io/distinct_places.h"
#include "recon/scanner.h"

namespace coincide::io {

/// Where the LORs of records run. One that gathers several pairs of crystals has one LOR in their middle, between the
/// means of their ends, as CASToR projects it.
class CastorLines {
 public:
  CastorLines(const CastorData& data, const std::vector<recon::Vec3>& crystal_mm)
      : data_(data), crystal_mm_(crystal_mm) {}

  /// Numbers of the two ends of a record's LOR among points_mm(). Throws FileError, naming the record, for crystals
  /// that the scanner does not have.
  std::array<std::uint32_t, 2> ends(const char* record, std::uint64_t number);
  /// The crystals and, after them, the middles of several.
  std::vector<recon::Vec3> points_mm() const;

 private:
  std::array<std::uint32_t, 2> pair(const char* record, std::uint64_t number, int line) const;

  const CastorData& data_;
  const std::vector<recon::Vec3>& crystal_mm_;
  DistinctPlaces<3> middles_;
};

}  // namespace coincide::io
