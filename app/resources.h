#pragma once

#include <filesystem>
#include <string_view>

namespace coincide::app {

/// The program's folder of resources: that of an installation beside the program, else that of the source tree.
std::filesystem::path resource_folder();

/// A path of a job that may be a bare word: "dmi" with kind "scanners" gives resources/scanners/dmi.toml, a path gives
/// itself. Throws InputError that lists the names there are.
std::filesystem::path find_resource(const std::filesystem::path& path_or_name, std::string_view kind);

}  // namespace coincide::app
