#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "io/settings.h"

namespace coincide::io {

/// What a settings file must state: numbers start as NaN, whole numbers and texts as 0 and empty where these are
/// impossible.
inline constexpr double unset = std::numeric_limits<double>::quiet_NaN();

/// Reads a TOML text into the settings and checks that all are stated that must be. Throws FileError with file, line,
/// key and what is allowed: syntax, unknown or missing keys, wrong types, values out of range.
void read_settings_file(std::span<Setting> settings, const std::string& text, const std::filesystem::path& path);

}  // namespace coincide::io
