#include "io/companion_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "io/input_file.h"
#include "projectors/error.h"
#include "recon/text.h"

namespace coincide::io {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& header) { return fs::absolute(header).parent_path().lexically_normal(); }

bool is_within(const fs::path& path, const fs::path& folder) {
  const fs::path relative = path.lexically_normal().lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

bool same_name(const fs::path& a, const fs::path& b) {
  return a.stem() == b.stem() && recon::lower_case(a.extension().string()) == recon::lower_case(b.extension().string());
}

/// Files of the name in the folder and below. Folders that links lead to are not entered.
std::vector<std::string> files_named(const fs::path& name, const fs::path& folder) {
  constexpr std::size_t most_entries = 100'000;  // a header in somebody's home folder is no reason to walk through it
  std::vector<std::string> found;
  std::size_t entries = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error), end;
       entry != end && ++entries < most_entries; entry.increment(error)) {
    if (same_name(entry->path().filename(), name) && entry->is_regular_file(error)) {
      found.push_back(entry->path().string());
    }
  }
  if (error == std::errc::too_many_files_open) {
    throw FileError(fmt::format("{} cannot be searched for {}: too many files are open; raise the limit (ulimit -n).",
                                folder.string(), name.string()));
  }
  return found;
}

[[noreturn]] void refuse(const fs::path& header, const std::string& name, std::string_view why) {
  throw FileError(fmt::format("{} names \"{}\", {}.", header.string(), name, why));
}

}  // namespace

fs::path companion_file(const fs::path& header, const std::string& name) {
  const fs::path folder = folder_of(header);
  const fs::path named = folder / name;  // the name itself if it is absolute
  if (name.empty() || !named.has_filename() || named.filename() == "..") {
    refuse(header, name, "which is no file");
  }
  if (is_within(named, folder) && why_no_input_file(named).empty()) {
    return named.lexically_normal();
  }
  const std::vector<std::string> found = files_named(named.filename(), folder);
  if (found.size() == 1) {
    return found.front();
  }
  if (!found.empty()) {
    refuse(header, name, fmt::format("and there are several of that name: {}", fmt::join(found, ", ")));
  }
  refuse(header, name,
         is_within(named, folder)
             ? fmt::format("but {} cannot be read: {}", named.string(), why_no_input_file(named))
             : fmt::format("which is not in the header's folder {}. Copy it there: a file's name is not followed to "
                           "other places",
                           folder.string()));
}

std::vector<fs::path> companions_named(const fs::path& header, const std::string& name) {
  const std::vector<std::string> found = files_named(name, folder_of(header));
  return {found.begin(), found.end()};
}

}  // namespace coincide::io
