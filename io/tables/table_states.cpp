#include "io/tables/table_states.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "io/tables/hdf5_values.h"
#include "projectors/error.h"
#include "recon/scanner.h"

namespace coincide::io {
namespace {

constexpr std::uint64_t most_blocks = 100'000'000;
constexpr std::size_t numbers_of_pose = 7;  // qw, qx, qy, qz, tx_mm, ty_mm, tz_mm

template <class T, class Row, class Value>
void write_column(hid_t group, const std::string& name, const std::vector<Row>& rows, Value value) {
  std::vector<T> column;
  column.reserve(rows.size());
  for (const Row& row : rows) {
    column.push_back(static_cast<T>(value(row)));
  }
  write_hdf5_values(group, name, column);
}

/// The columns of a group, equally long.
template <class T>
std::vector<T> read_column(hid_t group, const std::string& name, std::size_t size) {
  std::vector<T> column = read_hdf5_values<T>(group, name, most_blocks);
  if (column.size() != size) {
    throw FileError(
        fmt::format("The data set {} has {} rows, and the first one of its group {}.", name, column.size(), size));
  }
  return column;
}

void write_alive(hid_t parent, const std::string& name, const recon::AliveFractions& alive) {
  const Hdf5Id group = make_hdf5_group(parent, name);
  write_hdf5_attribute(group, "start_ms", alive.time.start_ms);
  write_hdf5_attribute(group, "stop_ms", alive.time.stop_ms);
  for (std::size_t type = 0; type < alive.bin.size(); ++type) {
    write_hdf5_values(group, fmt::format("bin_{}", type), alive.bin[type]);
  }
  write_hdf5_values(group, "module_pair", alive.module_pair);
}

std::uint32_t milliseconds(hid_t group, const char* name) {
  const double value = hdf5_number_attribute(group, name).value_or(0);
  if (!(value >= 0 && value <= 4'294'967'295.0)) {
    throw FileError(fmt::format("The attribute {} is {}, which is no time in ms.", name, value));
  }
  return static_cast<std::uint32_t>(value);
}

recon::AliveFractions read_alive(hid_t parent, const std::string& name) {
  const Hdf5Id group(H5Gopen2(parent, name.c_str(), H5P_DEFAULT), H5Gclose, "open the group " + name);
  recon::AliveFractions alive;
  alive.time = {milliseconds(group, "start_ms"), milliseconds(group, "stop_ms")};
  for (std::string bin = "bin_0"; hdf5_has(group, bin); bin = fmt::format("bin_{}", alive.bin.size())) {
    alive.bin.push_back(read_hdf5_values<float>(group, bin, 257 * recon::most_crystals));
  }
  alive.module_pair = read_hdf5_values<float>(group, "module_pair", most_blocks);
  return alive;
}

void read_blocks(hid_t file, TableStates& states) {
  const Hdf5Id group(H5Gopen2(file, "time_blocks", H5P_DEFAULT), H5Gclose, "open the group time_blocks");
  const auto start = read_hdf5_values<std::uint32_t>(group, "start_ms", most_blocks);
  const auto stop = read_column<std::uint32_t>(group, "stop_ms", start.size());
  const auto prompts = read_column<std::uint64_t>(group, "prompts", start.size());
  const auto movements = read_column<std::uint32_t>(group, "movements_before", start.size());
  for (std::size_t i = 0; i < start.size(); ++i) {
    states.time_blocks.push_back({{start[i], stop[i]}, prompts[i], movements[i]});
  }
}

recon::Pose pose_of(const double* numbers) {
  recon::Pose pose;
  std::copy_n(numbers, pose.q.size(), pose.q.begin());
  std::copy_n(numbers + pose.q.size(), pose.t_mm.size(), pose.t_mm.begin());
  constexpr double tolerance = 1e-6;
  const double length = std::sqrt(std::inner_product(pose.q.begin(), pose.q.end(), pose.q.begin(), 0.0));
  if (!(std::abs(length - 1) < tolerance) ||
      !std::ranges::all_of(pose.t_mm, [](double t) { return std::isfinite(t); })) {
    throw FileError(fmt::format("A pose has a quaternion of length {} instead of 1, or an endless shift.", length));
  }
  return pose;
}

void read_movements(hid_t file, TableStates& states) {
  const Hdf5Id group(H5Gopen2(file, "movements", H5P_DEFAULT), H5Gclose, "open the group movements");
  const auto start = read_hdf5_values<std::uint32_t>(group, "start_ms", most_blocks);
  const auto of_gantry = read_column<std::uint8_t>(group, "of_gantry", start.size());
  const auto poses = read_hdf5_values<double>(group, "pose", numbers_of_pose * start.size());
  if (poses.size() != numbers_of_pose * start.size()) {
    throw FileError(fmt::format("The data set pose has {} numbers for {} movements.", poses.size(), start.size()));
  }
  for (std::size_t i = 0; i < start.size(); ++i) {
    states.movements.push_back({.start_ms = start[i],
                                .of_gantry = of_gantry[i] != 0,
                                .pose = pose_of(poses.data() + numbers_of_pose * i),
                                .problem = hdf5_text_attribute(group, fmt::format("problem_{}", i))});
  }
}

}  // namespace

void TableStates::add(const recon::EventBlock& block) {
  time_blocks.insert(time_blocks.end(), block.time_blocks.begin(), block.time_blocks.end());
  movements.insert(movements.end(), block.movements.begin(), block.movements.end());
  alive.insert(alive.end(), block.alive.begin(), block.alive.end());
}

void write_states_hdf5(hid_t file, const TableStates& states) {
  const Hdf5Id blocks = make_hdf5_group(file, "time_blocks");
  write_column<std::uint32_t>(blocks, "start_ms", states.time_blocks, [](const auto& b) { return b.time.start_ms; });
  write_column<std::uint32_t>(blocks, "stop_ms", states.time_blocks, [](const auto& b) { return b.time.stop_ms; });
  write_column<std::uint64_t>(blocks, "prompts", states.time_blocks, [](const auto& b) { return b.prompts; });
  write_column<std::uint32_t>(blocks, "movements_before", states.time_blocks,
                              [](const auto& b) { return b.movements_before; });
  const Hdf5Id movements = make_hdf5_group(file, "movements");
  write_column<std::uint32_t>(movements, "start_ms", states.movements, [](const auto& m) { return m.start_ms; });
  write_column<std::uint8_t>(movements, "of_gantry", states.movements, [](const auto& m) { return m.of_gantry; });
  std::vector<double> poses;
  for (std::size_t i = 0; i < states.movements.size(); ++i) {
    const recon::Movement& movement = states.movements[i];
    poses.insert(poses.end(), movement.pose.q.begin(), movement.pose.q.end());
    poses.insert(poses.end(), movement.pose.t_mm.begin(), movement.pose.t_mm.end());
    if (!movement.problem.empty()) {
      write_hdf5_attribute(movements, fmt::format("problem_{}", i), movement.problem);
    }
  }
  write_hdf5_values(movements, "pose", poses, numbers_of_pose);
  const Hdf5Id alive = make_hdf5_group(file, "alive");
  for (std::size_t i = 0; i < states.alive.size(); ++i) {
    write_alive(alive, fmt::format("{}", i), states.alive[i]);
  }
}

TableStates read_states_hdf5(hid_t file) {
  const Hdf5Quiet quiet;
  TableStates states;
  read_blocks(file, states);
  if (hdf5_has(file, "movements")) {
    read_movements(file, states);
  }
  if (hdf5_has(file, "alive")) {
    const Hdf5Id alive(H5Gopen2(file, "alive", H5P_DEFAULT), H5Gclose, "open the group alive");
    for (std::string name = "0"; hdf5_has(alive, name); name = fmt::format("{}", states.alive.size())) {
      states.alive.push_back(read_alive(alive, name));
    }
  }
  return states;
}

}  // namespace coincide::io
