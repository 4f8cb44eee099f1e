#pragma once

#include <filesystem>
#include <string_view>

namespace coincide::app {

/// The program's folder of resources: the one that was set, else that of an installation beside the program, else that
/// of the source tree.
std::filesystem::path resource_folder();
/// For what is no program of its own, as the Python package, which brings its resources along. Not while jobs run.
void set_resource_folder(const std::filesystem::path& folder);

/// Lets the program draw with the fonts that lie among its resources, too, as an archive brings them: a bare system has
/// none. Before the first thread, as it changes the environment.
void use_own_fonts();

/// The first page of the manual, of an installation or of the build folder that the program lies in; empty where it has
/// not been made.
std::filesystem::path manual_page();

/// A path of a job that may be a bare word: "dmi" with kind "scanners" gives resources/scanners/dmi.toml, a path gives
/// itself. Throws InputError that lists the names there are.
std::filesystem::path find_resource(const std::filesystem::path& path_or_name, std::string_view kind);

}  // namespace coincide::app
