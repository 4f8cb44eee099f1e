#include "io/settings_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "projectors/error.h"

namespace coincide::io {
namespace {

bool is_stated(const Setting& setting) {
  if (const auto* number = std::get_if<double*>(&setting.field)) {
    return !std::isnan(**number);
  }
  if (const auto* numbers = std::get_if<std::array<double, 3>*>(&setting.field)) {
    return !std::isnan((**numbers)[0]);
  }
  if (const auto* number = std::get_if<std::int64_t*>(&setting.field)) {
    return static_cast<double>(**number) >= setting.least;
  }
  if (const auto* text = std::get_if<std::string*>(&setting.field)) {
    return !(*text)->empty();
  }
  return true;
}

}  // namespace

void read_settings_file(std::span<Setting> settings, const std::string& text, const std::filesystem::path& path) {
  try {
    read_settings(settings, text, path.string());
  } catch (const InputError& error) {
    throw FileError(error.what());  // the caller asked for nothing wrong, the file is
  }
  const auto missing = std::ranges::find_if_not(settings, is_stated);
  if (missing != settings.end()) {
    throw FileError(fmt::format("{}: \"{}\" is missing. It is {}: {}", path.string(), missing->key,
                                allowed_text(*missing), missing->help));
  }
}

}  // namespace coincide::io
