#include "io/time_tables.h"

#include <fmt/format.h>

#include <cmath>

#include "io/csv_table.h"
#include "projectors/error.h"

namespace coincide::io {

std::vector<recon::GateTime> read_gates(const std::filesystem::path& path) {
  constexpr int highest = 999;
  const CsvTable table = CsvTable::read(path);
  const auto gate = table.column("gate");
  const auto start_s = table.column("start_s");
  const bool has_stop = table.has("stop_s") || !table.has("duration_s");
  const auto stop_s = table.column(has_stop ? "stop_s" : "duration_s");
  std::vector<recon::GateTime> times;
  for (std::size_t row = 0; row < table.num_rows(); ++row) {
    if (!(gate[row] >= 0 && gate[row] <= highest) || gate[row] != std::floor(gate[row])) {
      throw FileError(fmt::format("{}: a gate has the number {}; whole numbers from 0 to {} are allowed.",
                                  path.string(), gate[row], highest));
    }
    times.push_back({static_cast<int>(gate[row]), start_s[row], has_stop ? stop_s[row] : start_s[row] + stop_s[row]});
  }
  return times;
}

}  // namespace coincide::io
