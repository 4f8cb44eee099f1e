#include "app/free_memory.h"

#include <algorithm>
#include <fstream>
#include <string>

namespace coincide::app {
namespace {

namespace fs = std::filesystem;

/// The first number after a word of a file; empty if there is none, such as for "max". An empty word: the file's first.
std::optional<std::uint64_t> number_in(const fs::path& path, const std::string& word = {}) {
  std::ifstream in(path);
  std::string found;
  std::uint64_t number = 0;
  while (!word.empty() && in >> found && found != word) {
  }
  return in >> number ? std::optional(number) : std::nullopt;
}

/// What a group still lets its processes have. Files in the cache that were not used lately are given up when needed.
std::optional<std::uint64_t> left_in_group(const fs::path& limit, const fs::path& usage, const fs::path& statistics,
                                           const std::string& cache) {
  const auto most = number_in(limit);
  const auto used = number_in(usage);
  if (!most || !used) {
    return {};
  }
  const std::uint64_t needed = *used - std::min(*used, number_in(statistics, cache).value_or(0));
  return *most - std::min(*most, needed);
}

/// The path of the process's group, in the one hierarchy of version 2, from /proc/self/cgroup: "0::/user.slice".
fs::path group_path(const fs::path& root) {
  std::ifstream in(root / "proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("0::/")) {
      return line.substr(4);
    }
  }
  return {};
}

}  // namespace

std::optional<std::uint64_t> free_memory_bytes(const fs::path& root) {
  std::optional<std::uint64_t> least;
  const auto take = [&](std::optional<std::uint64_t> bytes) {
    least = least && bytes ? std::min(*least, *bytes) : (bytes ? bytes : least);
  };
  if (const auto kilobytes = number_in(root / "proc/meminfo", "MemAvailable:")) {
    take(*kilobytes * 1024);
  }
  const fs::path groups = root / "sys/fs/cgroup";
  fs::path group = group_path(root);
  for (bool more = true; more; group = group.parent_path()) {  // each of them has a limit of its own
    const fs::path folder = groups / group;
    take(left_in_group(folder / "memory.max", folder / "memory.current", folder / "memory.stat", "inactive_file"));
    more = !group.empty();
  }
  const fs::path old = groups / "memory";  // version 1, as a container sees it
  take(left_in_group(old / "memory.limit_in_bytes", old / "memory.usage_in_bytes", old / "memory.stat",
                     "total_inactive_file"));
  return least;
}

}  // namespace coincide::app
