#pragma once

#include <hdf5.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace coincide::io {

// Facts that an object of an HDF5 file carries, as numbers (float64) and text (UTF-8).

void write_attribute(hid_t object, const char* name, std::span<const double> values);
void write_attribute(hid_t object, const char* name, const std::string& text);

/// None if there is no attribute of that name. Throw FileError, naming it, for one of another kind.
std::optional<std::vector<double>> number_attribute(hid_t object, const char* name);
std::optional<std::string> text_attribute(hid_t object, const char* name);

}  // namespace coincide::io
