#include "io/tables/scanner_hdf5.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "io/tables/hdf5_values.h"
#include "io/tables/table_scanner.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

using recon::Vec3;

constexpr std::size_t box = 24;  // numbers of eight corners
constexpr std::uint64_t most_pair_values = std::uint64_t{1} << 32;

std::vector<float> flat(const std::vector<Vec3>& points) {
  std::vector<float> numbers;
  for (const Vec3& point : points) {
    numbers.insert(numbers.end(), point.begin(), point.end());
  }
  return numbers;
}

std::vector<Vec3> points_of(hid_t group, const std::string& name) {
  const auto numbers = read_hdf5_values<float>(group, name, 3 * recon::most_crystals);
  std::vector<Vec3> points(numbers.size() / 3);
  for (std::size_t i = 0; i < points.size(); ++i) {
    points[i] = {numbers[3 * i], numbers[3 * i + 1], numbers[3 * i + 2]};
  }
  return points;
}

void write_types(hid_t group, const recon::Scanner& scanner) {
  std::vector<std::uint32_t> types;
  std::vector<float> resolutions;
  for (std::size_t i = 0; i < scanner.module_types.size(); ++i) {
    const recon::ModuleType& type = scanner.module_types[i];
    types.insert(types.end(), {type.first_crystal, type.num_modules, type.crystals_per_module});
    resolutions.push_back(type.energy_resolution);
    write_hdf5_values(group, fmt::format("energy_edges_kev_{}", i), type.energy_edges_kev);
  }
  write_hdf5_values(group, "energy_resolution", resolutions);
  write_hdf5_values(group, "module_types", types, 3);
}

void read_types(hid_t group, recon::Scanner& scanner) {
  constexpr std::uint64_t most_windows = 257;
  const auto types = read_hdf5_values<std::uint32_t>(group, "module_types", 3 * recon::most_modules);
  const auto resolutions = hdf5_has(group, "energy_resolution")
                               ? read_hdf5_values<float>(group, "energy_resolution", recon::most_modules)
                               : std::vector<float>{};
  for (std::size_t i = 0; i < types.size() / 3; ++i) {
    const std::string edges = fmt::format("energy_edges_kev_{}", i);
    scanner.module_types.push_back({.first_crystal = types[3 * i],
                                    .num_modules = types[3 * i + 1],
                                    .crystals_per_module = types[3 * i + 2],
                                    .energy_edges_kev = hdf5_has(group, edges)
                                                            ? read_hdf5_values<float>(group, edges, most_windows)
                                                            : std::vector<float>{},
                                    .energy_resolution = i < resolutions.size() ? resolutions[i] : 0});
  }
}

void write_tof(hid_t group, const recon::Scanner& scanner) {
  std::vector<float> bins;
  for (const recon::TofBin& bin : scanner.tof_bins) {
    bins.insert(bins.end(), {bin.centre_mm, bin.width_mm, bin.sigma_mm});
  }
  std::vector<std::uint32_t> ranges;
  for (const recon::TofRange& range : scanner.tof_ranges) {
    ranges.insert(ranges.end(), {range.first, range.count});
  }
  write_hdf5_values(group, "tof_bins", bins, 3);
  write_hdf5_values(group, "tof_ranges", ranges, 2);
}

/// Without TOF bins there is one that holds everything.
void read_tof(hid_t group, recon::Scanner& scanner) {
  constexpr std::uint64_t most = std::uint64_t{1} << 20;
  const std::size_t pairs = scanner.module_types.size() * scanner.module_types.size();
  if (!hdf5_has(group, "tof_bins")) {
    const float longest_mm = 2 * scanner.longest_lor_mm();
    scanner.tof_bins = {{0, longest_mm, longest_mm}};
    scanner.tof_ranges.assign(pairs, {0, 1});
    return;
  }
  const auto bins = read_hdf5_values<float>(group, "tof_bins", most);
  for (std::size_t i = 0; i + 2 < bins.size(); i += 3) {
    scanner.tof_bins.push_back({bins[i], bins[i + 1], bins[i + 2]});
  }
  if (!hdf5_has(group, "tof_ranges")) {
    scanner.tof_ranges.assign(pairs, {0, static_cast<std::uint32_t>(scanner.tof_bins.size())});
    return;
  }
  const auto ranges = read_hdf5_values<std::uint32_t>(group, "tof_ranges", most);
  for (std::size_t i = 0; i + 1 < ranges.size(); i += 2) {
    scanner.tof_ranges.push_back({ranges[i], ranges[i + 1]});
  }
}

/// One type of modules of as many crystals as are stated; without a word of them they are made.
void set_modules(hid_t group, recon::Scanner& scanner) {
  const auto crystals = static_cast<std::uint32_t>(scanner.num_crystals());
  if (hdf5_has(group, "module_types")) {
    read_types(group, scanner);
    scanner.crystal_module = read_hdf5_values<std::uint32_t>(group, "crystal_module", recon::most_crystals);
    scanner.crystal_type = read_hdf5_values<std::uint8_t>(group, "crystal_type", recon::most_crystals);
    return;
  }
  if (!hdf5_number_attribute(group, "crystals_per_module")) {
    set_even_modules(scanner);
    return;
  }
  const double stated = *hdf5_number_attribute(group, "crystals_per_module");
  if (!(stated >= 1 && stated <= crystals) || crystals % static_cast<std::uint32_t>(stated) != 0) {
    throw FileError(fmt::format("The scanner has {} crystals, which modules of {} do not divide.", crystals, stated));
  }
  const auto per_module = static_cast<std::uint32_t>(stated);
  scanner.module_types = {{0, crystals / per_module, per_module, {}}};
  scanner.crystal_type.assign(crystals, 0);
  for (std::uint32_t crystal = 0; crystal < crystals; ++crystal) {
    scanner.crystal_module.push_back(crystal / per_module);
  }
}

void write_efficiencies(hid_t file, const recon::Efficiencies& efficiencies) {
  const Hdf5Id group = make_hdf5_group(file, "efficiencies");
  write_hdf5_attribute(group, "method", efficiencies.method);
  write_hdf5_attribute(group, "calibration_factor", efficiencies.calibration_factor);
  write_hdf5_attribute(group, "calibration_stated", efficiencies.calibration_stated ? 1.0 : 0.0);
  write_hdf5_attribute(group, "calibration_problem", efficiencies.calibration_problem);
  for (std::size_t type = 0; type < efficiencies.bin.size(); ++type) {
    write_hdf5_values(group, fmt::format("bin_{}", type), efficiencies.bin[type]);
  }
  for (std::size_t i = 0; i < efficiencies.pairs.size(); ++i) {
    const auto& pairs = efficiencies.pairs[i];
    const Hdf5Id of_pair = make_hdf5_group(group, fmt::format("pair_{}", i));
    write_hdf5_attribute(of_pair, "num_modules_b", pairs.num_modules_b);
    write_hdf5_attribute(of_pair, "bins_per_module_b", pairs.bins_per_module_b);
    write_hdf5_values(of_pair, "group", pairs.group);
    for (std::size_t table = 0; table < pairs.values.size(); ++table) {
      write_hdf5_values(of_pair, fmt::format("values_{}", table), pairs.values[table]);
    }
  }
}

recon::Efficiencies::PairTable read_pairs(hid_t parent, const std::string& name) {
  const Hdf5Id group(H5Gopen2(parent, name.c_str(), H5P_DEFAULT), H5Gclose, "open the group " + name);
  const auto count = [&](const char* attribute) {
    const double value = hdf5_number_attribute(group, attribute).value_or(0);
    if (!(value >= 0 && value <= static_cast<double>(recon::most_crystals))) {
      throw FileError(fmt::format("The efficiencies state {} = {}, which cannot be.", attribute, value));
    }
    return static_cast<std::uint32_t>(value);
  };
  recon::Efficiencies::PairTable pairs;
  pairs.num_modules_b = count("num_modules_b");
  pairs.bins_per_module_b = count("bins_per_module_b");
  pairs.group = read_hdf5_values<std::int32_t>(group, "group", most_pair_values);
  for (std::string table = "values_0"; hdf5_has(group, table); table = fmt::format("values_{}", pairs.values.size())) {
    pairs.values.push_back(read_hdf5_values<float>(group, table, most_pair_values));
  }
  return pairs;
}

recon::Efficiencies read_efficiencies(hid_t file) {
  const Hdf5Id group(H5Gopen2(file, "efficiencies", H5P_DEFAULT), H5Gclose, "open the group efficiencies");
  recon::Efficiencies efficiencies;
  efficiencies.method = hdf5_text_attribute(group, "method");
  efficiencies.calibration_factor = hdf5_number_attribute(group, "calibration_factor").value_or(1);
  efficiencies.calibration_stated = hdf5_number_attribute(group, "calibration_stated").value_or(0) != 0;
  efficiencies.calibration_problem = hdf5_text_attribute(group, "calibration_problem");
  for (std::string bin = "bin_0"; hdf5_has(group, bin); bin = fmt::format("bin_{}", efficiencies.bin.size())) {
    efficiencies.bin.push_back(read_hdf5_values<float>(group, bin, 257 * recon::most_crystals));
  }
  for (std::string pair = "pair_0"; hdf5_has(group, pair); pair = fmt::format("pair_{}", efficiencies.pairs.size())) {
    efficiencies.pairs.push_back(read_pairs(group, pair));
  }
  return efficiencies;
}

std::vector<std::array<Vec3, 8>> read_corners(hid_t group) {
  std::vector<std::array<Vec3, 8>> corners;
  if (hdf5_has(group, "crystal_corners_mm")) {
    const auto numbers = read_hdf5_values<float>(group, "crystal_corners_mm", box * recon::most_crystals);
    static_assert(sizeof(std::array<Vec3, 8>) == box * sizeof(float));
    corners.resize(numbers.size() / box);
    std::memcpy(corners.data(), numbers.data(), corners.size() * box * sizeof(float));
  }
  return corners;
}

}  // namespace

void write_scanner_hdf5(hid_t file, const recon::Scanner& scanner, const recon::Efficiencies& efficiencies) {
  const Hdf5Id group = make_hdf5_group(file, "scanner");
  write_hdf5_attribute(group, "name", scanner.name);
  write_hdf5_values(group, "crystal_centre_mm", flat(scanner.crystal_centre_mm), 3);
  write_hdf5_values(group, "crystal_normal", flat(scanner.crystal_normal), 3);
  write_hdf5_values(group, "crystal_face_mm2", scanner.crystal_face_mm2);
  write_hdf5_values(group, "crystal_module", scanner.crystal_module);
  write_hdf5_values(group, "crystal_type", scanner.crystal_type);
  if (!scanner.crystal_corners_mm.empty()) {
    std::vector<float> corners(box * scanner.crystal_corners_mm.size());
    std::memcpy(corners.data(), scanner.crystal_corners_mm.data(), corners.size() * sizeof(float));
    write_hdf5_values(group, "crystal_corners_mm", corners, box);
  }
  write_types(group, scanner);
  write_tof(group, scanner);
  write_efficiencies(file, efficiencies);
}

ScannerDescription read_scanner_hdf5(hid_t file) {
  const Hdf5Quiet quiet;
  const Hdf5Id group(H5Gopen2(file, "scanner", H5P_DEFAULT), H5Gclose, "open the group scanner");
  ScannerDescription description;
  recon::Scanner& scanner = description.scanner;
  scanner.name = hdf5_text_attribute(group, "name");
  scanner.crystal_centre_mm = points_of(group, "crystal_centre_mm");
  scanner.crystal_normal = points_of(group, "crystal_normal");
  scanner.crystal_face_mm2 = read_hdf5_values<float>(group, "crystal_face_mm2", recon::most_crystals);
  scanner.crystal_corners_mm = read_corners(group);
  if (scanner.crystal_centre_mm.empty()) {
    throw FileError("The scanner has no crystals.");
  }
  set_modules(group, scanner);
  read_tof(group, scanner);
  try {
    scanner.check();
    if (hdf5_has(file, "efficiencies")) {
      description.efficiencies = read_efficiencies(file);
    }
    description.efficiencies.check(scanner);
  } catch (const InputError& error) {
    throw FileError(fmt::format("The scanner in the file cannot be: {}.", error.what()));
  }
  return description;
}

}  // namespace coincide::io
