#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace coincide::fuzz {

/// What one hostile input consists of, and who reads it.
struct Format {
  std::string_view name;
  std::vector<std::string> files;  ///< by the names that headers give them, the one that is opened first
  void (*read)(const std::filesystem::path& first);
  /// The file is HDF5, whose library ends the program at some damage to its structure: that stays, and what is changed
  /// are the values in it (hdf5_values.h), the second part of the input.
  bool only_values = false;

  /// Where the part of the input begins that may be changed.
  std::size_t first_to_change(std::string_view input) const;
};

/// Every format that the program reads, once.
const std::vector<Format>& formats();
/// Throws std::invalid_argument, with the names that there are.
const Format& format_named(std::string_view name);

/// One input for several files, the contents one after the other: headers and the data that they name are changed
/// alike.
std::string joined(const std::vector<std::string>& contents);

/// Cuts the input into the files of the format, in a folder of nothing else, and reads them as the program does. What
/// the input lacks is missing. Returns the sentence of the Error that they are refused with, empty if they are read.
/// All else that may happen is a finding.
std::string read_input(const Format& format, std::string_view input, const std::filesystem::path& folder);

}  // namespace coincide::fuzz
