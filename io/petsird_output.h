#pragma once

#include <filesystem>
#include <memory>

#include "io/yardl_bytes.h"

namespace coincide::io {

/// A PETSIRD file of model v0.12 under construction, in one of yardl's containers. Values come as the binary container
/// encodes them. All functions throw FileError if the file cannot be written.
class PetsirdOutput {
 public:
  virtual ~PetsirdOutput() = default;
  /// Once, before the time blocks.
  virtual void header(const YardlBytes& value) = 0;
  /// A time block: its case of the union, and the record.
  virtual void time_block(const YardlBytes& value) = 0;
  /// Ends the file, whose header is `header` now, of the same size, and gives it its name.
  virtual void finish(const YardlBytes& header) = 0;
};

/// HDF5 if the path ends in .h5 or .hdf5, else binary.
std::unique_ptr<PetsirdOutput> open_petsird_output(const std::filesystem::path& path);

/// In petsird_hdf5_output.cpp.
std::unique_ptr<PetsirdOutput> open_petsird_hdf5_output(const std::filesystem::path& path);

}  // namespace coincide::io
