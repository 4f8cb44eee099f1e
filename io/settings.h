#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace coincide::io {

/// An enum of the job by the index of its word in Setting::words.
struct WordField {
  std::function<std::size_t()> get;
  std::function<void(std::size_t)> set;
};

/// Where the value of a setting lies.
using Field = std::variant<bool*, std::int64_t*, double*, std::string*, std::filesystem::path*,
                           std::array<std::int64_t, 3>*, std::array<double, 3>*, WordField>;

/// How the path of a setting is understood.
enum class PathRule {
  file,      ///< relative to the folder of the job file
  resource,  ///< as `file`, but a bare word ("nema_iq") is the name of a file in resources/
};

/// One setting: all that a file, a command line, a form or a manual needs to know about it.
struct Setting {
  std::string key;  ///< "stop.passes"
  Field field;
  std::string unit;                                         ///< empty: none
  std::string help;                                         ///< one sentence
  double least = -std::numeric_limits<double>::infinity();  ///< inclusive, of a number or of each component
  double most = std::numeric_limits<double>::infinity();
  std::vector<std::string> words{};  ///< of a WordField
  PathRule path_rule = PathRule::file;
  std::string other_name{};         ///< a key that means the same; empty: none
  std::function<bool()> has_use{};  ///< whether it does anything, as the other settings are; empty: always
};

/// Whether a form should show it.
inline bool has_use(const Setting& setting) { return !setting.has_use || setting.has_use(); }

/// The value as TOML: `4`, `[2.0, 2.0, 2.0]`, `"osem"`.
std::string value_text(const Setting& setting);
/// "a whole number from 1 to 1000", "one of mlem, osem", "true or false".
std::string allowed_text(const Setting& setting);

/// Index in `settings` of `key`, or of the setting that it is another name of. Throws InputError naming the nearest key
/// there is.
std::size_t find_setting(std::span<const Setting> settings, std::string_view key);

/// Reads a TOML text into the settings; `source` names it in messages. Throws InputError with source, line, key, value
/// and what is allowed: syntax, unknown keys, a setting under both of its names, wrong types, values out of range.
void read_settings(std::span<Setting> settings, const std::string& toml, const std::string& source);

/// Sets one setting from "key=value", the value as in TOML but words and paths without quotes, three numbers without
/// brackets too. Throws InputError. Returns the index of the setting.
std::size_t assign_setting(std::span<Setting> settings, std::string_view assignment);
/// The same of a key and a value that come apart; `where` begins the sentence if they are refused.
std::size_t assign_setting(std::span<Setting> settings, const std::string& key, const std::string& value,
                           const std::string& where);

}  // namespace coincide::io
