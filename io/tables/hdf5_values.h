#pragma once

#include <hdf5.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/hdf5/hdf5_size.h"
#include "io/yardl_hdf5.h"

namespace coincide::io {

/// Memory type of a number.
template <class T>
hid_t hdf5_native();

/// A data set that is stored in the file itself. Throws FileError if there is none of that name, if it lies in another
/// file, or if its stated size is more than its bytes can hold.
Hdf5Id open_hdf5_values(hid_t parent, const std::string& name);

bool hdf5_has(hid_t parent, const std::string& name);
/// All numbers of a data set of any shape, of which there may be `most`. Throws FileError.
template <class T>
std::vector<T> read_hdf5_values(hid_t parent, const std::string& name, std::uint64_t most);
/// A data set of one dimension, or with rows of `width` of two. Throws FileError.
template <class T>
void write_hdf5_values(hid_t parent, const std::string& name, const std::vector<T>& values, std::size_t width = 1);

std::optional<double> hdf5_number_attribute(hid_t object, const std::string& name);
std::string hdf5_text_attribute(hid_t object, const std::string& name);
void write_hdf5_attribute(hid_t object, const std::string& name, double value);
void write_hdf5_attribute(hid_t object, const std::string& name, const std::string& text);
Hdf5Id make_hdf5_group(hid_t parent, const std::string& name);

}  // namespace coincide::io
