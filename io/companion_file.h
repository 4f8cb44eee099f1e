#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace coincide::io {

/// The file that a header names: beside the header, or in one of its subfolders, where files of that name are looked
/// for as well (a header keeps the folder that it was written in). Case of the name's last ending does not matter.
/// Throws FileError if there is none, if several have the name, or if the name leads out of the header's folder: what
/// a file says is not followed to other places.
std::filesystem::path companion_file(const std::filesystem::path& header, const std::string& name);

/// All files of that name, without a folder, in the header's folder and its subfolders.
std::vector<std::filesystem::path> companions_named(const std::filesystem::path& header, const std::string& name);

}  // namespace coincide::io
