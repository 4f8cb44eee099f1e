#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace coincide::fuzz {

// HDF5's library ends the program at some damage to a file's structure. What the program makes of the values in a whole
// file is tried apart, on their bytes one after the other: data sets and attributes, rows of any length, texts.

std::string values_in(const std::filesystem::path& file);
/// Puts others in their place, as far as they reach. Throws FileError.
void put_values(const std::filesystem::path& file, std::string_view values);

/// Copies a file with data sets as large as their values: those of writers have room for a million. Throws FileError.
void compact_hdf5(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace coincide::fuzz
