#include "io/hdf5/hdf5_file.h"

#include <fmt/format.h>
#include <hdf5.h>

#include "io/atomic_file.h"
#include "io/input_file.h"

namespace coincide::io {

Hdf5Id make_hdf5_file(const std::filesystem::path& path) {
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  if (file < 0) {
    throw FileError(fmt::format("the file cannot be made: {}.", why_not_written()));
  }
  return {file, H5Fclose, "make a file"};
}

Hdf5Id open_hdf5_file(const std::filesystem::path& path) {
  if (const std::string why = why_no_input_file(path); !why.empty()) {
    throw FileError(why);
  }
  return {H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, "open it as HDF5; it is damaged or cut off"};
}

}  // namespace coincide::io
