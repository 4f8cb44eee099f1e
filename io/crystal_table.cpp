#include "io/crystal_table.h"

#include <fmt/format.h>

#include "io/csv_table.h"
#include "projectors/error.h"

namespace coincide::io {

std::vector<double> read_crystal_rates(const std::filesystem::path& path, std::size_t num_crystals) {
  const CsvTable table = CsvTable::read(path);
  const auto crystals = table.column("crystal");
  const auto rates = table.column("counts_per_s");
  std::vector<double> result(num_crystals, 0);
  for (std::size_t row = 0; row < table.num_rows(); ++row) {
    const double crystal = crystals[row];
    const bool exists = crystal >= 0 && crystal < static_cast<double>(num_crystals);
    const std::size_t index = exists ? static_cast<std::size_t>(crystal) : 0;
    if (!exists || static_cast<double>(index) != crystal || !(rates[row] >= 0)) {
      throw InputError(fmt::format("{}: crystal {:g} with {:g} counts per second, and the scanner has crystals 0 to {}",
                                   path.string(), crystal, rates[row], num_crystals - 1));
    }
    result[index] = rates[row];
  }
  return result;
}

}  // namespace coincide::io
