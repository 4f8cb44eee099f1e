#include "app/resources.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "io/job.h"
#include "projectors/error.h"

namespace coincide::app {

namespace fs = std::filesystem;

namespace {

fs::path& folder_that_was_set() {
  static fs::path folder;
  return folder;
}

}  // namespace

void set_resource_folder(const fs::path& folder) { folder_that_was_set() = folder; }

fs::path resource_folder() {
  if (!folder_that_was_set().empty()) {
    return folder_that_was_set();
  }
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path installed = program.parent_path().parent_path() / "share" / "coincide";
  return !error && fs::is_directory(installed) ? installed : fs::path(COINCIDE_SOURCE_RESOURCES);
}

void use_own_fonts() {
  std::error_code error;
  if (const fs::path fonts = resource_folder() / "fonts" / "fonts.conf"; fs::is_regular_file(fonts, error)) {
    setenv("FONTCONFIG_FILE", fonts.c_str(), 0);  // which Qt, VTK and Cairo all look at; the user's own choice stays
  }
}

fs::path manual_page() {
  std::error_code error;
  const fs::path prefix = fs::read_symlink("/proc/self/exe", error).parent_path().parent_path();
  for (const char* folder : {"share/doc/coincide/manual", "manual"}) {
    if (fs::path page = prefix / folder / "index.html"; fs::is_regular_file(page, error)) {
      return page;
    }
  }
  return {};
}

fs::path find_resource(const fs::path& path_or_name, std::string_view kind) {
  if (!io::is_bare_name(path_or_name)) {
    return path_or_name;
  }
  const fs::path folder = resource_folder() / kind;
  fs::path found = folder / (path_or_name.string() + ".toml");
  std::error_code error;
  const fs::file_type type = fs::status(found, error).type();
  if (type == fs::file_type::none) {
    throw FileError(fmt::format("\"{}\" cannot be looked for among the program's {}: {}.", path_or_name.string(), kind,
                                error.message()));
  }
  if (type != fs::file_type::not_found) {
    return found;
  }
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".toml") {
      names.push_back(entry.path().stem().string());
    }
  }
  std::ranges::sort(names);
  throw InputError(
      fmt::format("there is nothing named \"{}\" among the program's {}: {}. A file of your own needs its "
                  "suffix, for example \"{}.toml\".",
                  path_or_name.string(), kind, fmt::join(names, ", "), path_or_name.string()));
}

}  // namespace coincide::app
