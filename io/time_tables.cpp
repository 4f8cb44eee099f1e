#include "io/time_tables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "io/csv_table.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

struct BloodUnit {
  std::string name;
  double bq_per_ml;
};

const std::vector<BloodUnit>& units() {
  static const std::vector<BloodUnit> all = {
      {"Bq/mL", 1}, {"kBq/mL", 1e3}, {"MBq/mL", 1e6}, {"nCi/mL", 37}, {"uCi/mL", 37e3}};
  return all;
}

}  // namespace

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

std::vector<std::string> blood_units() {
  std::vector<std::string> names;
  for (const BloodUnit& unit : units()) {
    names.push_back(unit.name);
  }
  return names;
}

std::vector<recon::BloodSample> read_blood_curve(const std::filesystem::path& path, const std::string& unit) {
  const auto known = std::ranges::find(units(), unit, &BloodUnit::name);
  if (known == units().end()) {
    throw InputError(fmt::format("the unit \"{}\" of the blood curve {} is not one of {}", unit, path.string(),
                                 fmt::join(blood_units(), ", ")));
  }
  const CsvTable table = CsvTable::read(path);
  const auto time_s = table.column("time_s");
  const auto activity = table.column("activity");
  std::vector<recon::BloodSample> samples;
  for (std::size_t row = 0; row < table.num_rows(); ++row) {
    samples.push_back({time_s[row], known->bq_per_ml * activity[row]});
  }
  return samples;
}

std::vector<recon::PoseRow> read_poses(const std::filesystem::path& path) {
  const CsvTable table = CsvTable::read(path);
  const auto time_s = table.column("time_s");
  const std::array q{table.column("qw"), table.column("qx"), table.column("qy"), table.column("qz")};
  const std::array t_mm{table.column("tx_mm"), table.column("ty_mm"), table.column("tz_mm")};
  std::vector<recon::PoseRow> rows;
  for (std::size_t row = 0; row < table.num_rows(); ++row) {
    rows.push_back(
        {time_s[row], {{q[0][row], q[1][row], q[2][row], q[3][row]}, {t_mm[0][row], t_mm[1][row], t_mm[2][row]}}});
  }
  return rows;
}

}  // namespace coincide::io
