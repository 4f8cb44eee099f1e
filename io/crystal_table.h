#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace coincide::io {

/// Columns crystal and counts_per_s of a table (CSV), by crystal id; crystals that it does not name have 0. Throws
/// FileError for a table that is none, InputError for crystals that there are not and for rates below 0.
std::vector<double> read_crystal_rates(const std::filesystem::path& path, std::size_t num_crystals);

}  // namespace coincide::io
