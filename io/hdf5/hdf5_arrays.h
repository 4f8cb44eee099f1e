#pragma once

#include <fmt/format.h>
#include <hdf5.h>

#include <cstddef>
#include <string>

#include "io/atomic_file.h"
#include "io/hdf5/hdf5_size.h"
#include "io/yardl_hdf5.h"
#include "projectors/error.h"

namespace coincide::io {

/// Data sets of one dimension, compressed where that is asked for. Throw FileError with the name.
inline void write_array(hid_t parent, const std::string& name, hid_t type, const void* values, std::size_t count,
                        bool compressed = false) {
  const hsize_t size = count;
  const Hdf5Id space(H5Screate_simple(1, &size, nullptr), H5Sclose, "make a dataspace");
  const Hdf5Id properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "make a list of properties");
  if (compressed && count > 0) {
    constexpr hsize_t elements_at_once = 1 << 18;
    const hsize_t chunk = size < elements_at_once ? size : elements_at_once;
    H5Pset_chunk(properties, 1, &chunk);
    H5Pset_shuffle(properties);
    H5Pset_deflate(properties, 1);
  }
  const Hdf5Id set(H5Dcreate2(parent, name.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT), H5Dclose,
                   "make the data set " + name);
  if (H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) {
    throw FileError(fmt::format("cannot write the data set {}: {}.", name, why_not_written()));
  }
}

/// `Container` holds elements of the type in memory.
template <class Container>
Container read_array(hid_t parent, const std::string& name, hid_t type) {
  const Hdf5Id set(H5Dopen2(parent, name.c_str(), H5P_DEFAULT), H5Dclose, "open the data set " + name);
  Container values;
  values.resize(hdf5_size(set, name));
  if (H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
    throw FileError("cannot read the data set " + name);
  }
  return values;
}

}  // namespace coincide::io
