#pragma once

#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "io/yardl_bytes.h"
#include "io/yardl_memory.h"
#include "io/yardl_schema.h"

namespace coincide::io {

/// The type in yardl's HDF5 container of a type of a schema. Throws FileError for maps and complex numbers, which
/// PETSIRD does not have.
Hdf5Id hdf5_type_of(const YardlType& type);
/// The names of a union's cases, with their numbers among those that are not null.
Hdf5Id hdf5_case_type(const YardlType& choice);

/// A dataset of values of one type that is written, one value at a time.
class YardlHdf5Dataset {
 public:
  enum class Shape { one_value, list };
  /// Throws FileError if it cannot be made.
  YardlHdf5Dataset(hid_t parent, std::string name, const YardlType& type, Shape shape);

  /// Adds a value, encoded as in the binary container, to the list, or sets the one value. Throws FileError if the disk
  /// is full.
  void write(const YardlBytes& value);
  /// Rows written.
  std::uint64_t size() const { return size_; }

 private:
  std::string name_;
  Shape shape_;
  Hdf5Id type_;
  Hdf5Id dataset_;
  std::unique_ptr<YardlMemory> memory_;
  std::uint64_t size_ = 0;
};

}  // namespace coincide::io
