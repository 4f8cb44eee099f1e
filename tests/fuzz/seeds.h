#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace coincide::fuzz {

/// A small whole input of a format.
struct Seed {
  std::string format;
  std::string name;
  std::string bytes;
};

/// For every format at least one, as the program's own writers make them; those of formats that it only reads are
/// written here. `folder`: for files on the way.
std::vector<Seed> make_seeds(const std::filesystem::path& folder);

}  // namespace coincide::fuzz
