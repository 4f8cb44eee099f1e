#pragma once

#include <hdf5.h>

#include <cstdint>
#include <string>

namespace coincide::io {

/// Elements of a data set. Throws FileError, with its `name`, if the file is too small for them: a damaged header may
/// state any size, and memory is to be asked for only what can be there.
std::uint64_t hdf5_size(hid_t dataset, const std::string& name);

}  // namespace coincide::io
