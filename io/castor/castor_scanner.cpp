#include "io/castor/castor_scanner.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "io/castor/castor_rows.h"
#include "io/companion_file.h"
#include "io/input_file.h"
#include "projectors/error.h"
#include "recon/crystal_boxes.h"
#include "recon/text.h"

namespace coincide::io {
namespace {

namespace fs = std::filesystem;
using recon::Scanner;
using recon::Vec3;

std::vector<fs::path> scanners_named(const fs::path& beside, const std::string& name) {
  for (const char* ending : {".hscan", ".ghscan", ".geom"}) {  // tables are exact
    if (std::vector<fs::path> found = companions_named(beside, name + ending); !found.empty()) {
      return found;
    }
  }
  return {};
}

/// Tables exist with zero orientations, or with exchanged or mirrored axes.
bool are_outwards(const CastorCrystals& crystals) {
  constexpr float least_cosine = 0.9F;
  for (std::size_t i = 0; i < crystals.centre_mm.size(); ++i) {
    const Vec3& direction = crystals.outwards[i];
    const Vec3 out = radial(crystals.centre_mm[i]);
    const float length = std::hypot(direction[0], direction[1], direction[2]);
    if (!(std::abs(length - 1) < 0.01F) || direction[0] * out[0] + direction[1] * out[1] < least_cosine) {
      return false;
    }
  }
  return true;
}

void check_positions(const CastorCrystals& crystals) {
  for (std::size_t i = 0; i < crystals.centre_mm.size(); ++i) {
    for (const float coordinate : crystals.centre_mm[i]) {
      if (!(std::abs(coordinate) <= recon::farthest_crystal_mm)) {
        throw FileError(fmt::format("crystal {} lies at ({}) mm: coordinates up to {:.0f} mm are possible", i,
                                    fmt::join(crystals.centre_mm[i], ", "), recon::farthest_crystal_mm));
      }
    }
  }
}

/// A box of the size that is stated, with one face inwards.
std::array<Vec3, 8> box_around(const Vec3& middle_mm, const Vec3& outwards, const CastorLayer& layer) {
  const auto transaxial_mm = static_cast<float>(layer.transaxial_mm);
  const auto depth_mm = static_cast<float>(layer.depth_mm);
  return recon::box_corners(middle_mm, {{{-outwards[1] * transaxial_mm, outwards[0] * transaxial_mm, 0},
                                         {0, 0, static_cast<float>(layer.axial_mm)},
                                         {outwards[0] * depth_mm, outwards[1] * depth_mm, outwards[2] * depth_mm}}});
}

/// Crystals per module: rows, or several of them side by side where rows would be too many modules. Crystals of a
/// module are never in coincidence, so it must not reach as far around as the pairs that count.
std::uint32_t module_size(const CastorCrystals& crystals, std::uint32_t first, std::uint32_t count, std::uint32_t row) {
  constexpr std::uint32_t many_modules = 4096;
  constexpr double always_near_deg = 20;
  if (count / row <= many_modules) {
    return row;
  }
  const auto next =
      std::find_if(crystals.centre_mm.begin() + first, crystals.centre_mm.begin() + first + count,
                   [&](const Vec3& centre) { return std::abs(centre[2] - crystals.centre_mm[first][2]) > 1e-3F; });
  const auto ring = static_cast<std::uint32_t>(next - crystals.centre_mm.begin()) - first;
  std::uint32_t best = row;
  for (std::uint32_t size = row; size <= ring; size += row) {
    const bool near = 360.0 * size / ring <= std::max(crystals.min_angle_deg, always_near_deg);
    best = ring % size == 0 && count % size == 0 && near ? size : best;
  }
  return best;
}

void add_layer(const CastorCrystals& crystals, const CastorLayer& layer, CastorScanner& result, bool keep_directions,
               std::vector<Vec3>& outwards) {
  Scanner& scanner = result.scanner;
  const auto first = static_cast<std::uint32_t>(scanner.num_crystals());
  const std::vector<CrystalRow> rows = crystal_rows(crystals.centre_mm, first, layer.num_crystals);
  if (!keep_directions) {
    directions_of_rows(crystals.centre_mm, rows, outwards);
  }
  const std::uint32_t per_module = module_size(crystals, first, layer.num_crystals, crystals_per_row(rows));
  const std::uint32_t first_module = scanner.num_modules();
  const bool has_size = layer.transaxial_mm > 0 && layer.axial_mm > 0;
  const double depth_mm = (layer.mean_depth_mm < 0 ? layer.depth_mm / 2 : layer.mean_depth_mm) - layer.depth_mm / 2;
  for (std::uint32_t i = 0; i < layer.num_crystals; ++i) {
    const Vec3& out = outwards[first + i];
    Vec3 end = crystals.centre_mm[first + i];
    for (std::size_t axis = 0; axis < 3; ++axis) {
      end[axis] += static_cast<float>(depth_mm) * out[axis];
    }
    scanner.crystal_centre_mm.push_back(end);
    scanner.crystal_normal.push_back({-out[0], -out[1], -out[2]});
    scanner.crystal_face_mm2.push_back(has_size ? static_cast<float>(layer.transaxial_mm * layer.axial_mm) : 1);
    scanner.crystal_module.push_back(first_module + i / per_module);
    scanner.crystal_type.push_back(static_cast<std::uint8_t>(scanner.module_types.size()));
    if (has_size) {
      scanner.crystal_corners_mm.push_back(box_around(end, out, layer));
    }
  }
  scanner.module_types.push_back({.first_crystal = first,
                                  .num_modules = layer.num_crystals / per_module,
                                  .crystals_per_module = per_module,
                                  .energy_edges_kev = {}});
}

CastorScanner make_scanner(const CastorCrystals& crystals) {
  check_positions(crystals);
  CastorScanner result{.scanner = {}, .min_angle_deg = crystals.min_angle_deg, .warnings = {}, .files = crystals.files};
  result.scanner.name = crystals.name;
  const bool keep_directions = are_outwards(crystals);
  std::vector<Vec3> outwards = crystals.outwards;
  for (const CastorLayer& layer : crystals.layers) {
    add_layer(crystals, layer, result, keep_directions, outwards);
  }
  if (!keep_directions) {
    result.warnings.emplace_back(
        "The orientations of crystals in the scanner's table do not point away from the axis: the directions across "
        "rows of crystals are used instead.");
  }
  if (result.scanner.crystal_corners_mm.size() != result.scanner.num_crystals()) {
    result.scanner.crystal_corners_mm.clear();
    result.warnings.emplace_back("The scanner's file does not state the size of its crystals.");
  }
  set_tof_bins(result.scanner, {{.centre_mm = 0,
                                 .width_mm = 2 * result.scanner.longest_lor_mm() + 1,
                                 .sigma_mm = result.scanner.longest_lor_mm() + 1}});
  result.scanner.check();
  return result;
}

}  // namespace

fs::path find_castor_scanner(const fs::path& header, const std::string& name, const fs::path& given) {
  std::error_code error;
  const bool is_folder = fs::is_directory(given, error);
  if (!given.empty() && !is_folder) {
    return given;
  }
  std::vector<fs::path> found = scanners_named(header, name);
  const fs::path folder = fs::absolute(header).parent_path().lexically_normal();
  if (const auto beside = std::ranges::find(found, folder, &fs::path::parent_path); beside != found.end()) {
    return *beside;
  }
  if (found.empty() && is_folder) {
    found = scanners_named(given / "any", name);
  }
  if (found.size() == 1) {
    return found.front();
  }
  if (found.empty()) {
    throw FileError(fmt::format(
        "{} is data of the scanner \"{}\", and there is no {}.hscan or .geom beside it. Copy the scanner's files there "
        "from CASToR's folder config/scanner, or set input.scanner to one of them or to their folder.",
        header.string(), name, name));
  }
  std::vector<std::string> names;
  std::ranges::transform(found, std::back_inserter(names), [](const fs::path& path) { return path.string(); });
  throw FileError(
      fmt::format("{} is data of the scanner \"{}\", of which there are several files: {}. Set "
                  "input.scanner to one of them.",
                  header.string(), name, fmt::join(names, ", ")));
}

CastorScanner read_castor_scanner(const fs::path& path) {
  const std::string ending = recon::lower_case(path.extension().string());
  if (ending != ".geom" && ending != ".hscan" && ending != ".ghscan") {
    throw FileError(
        fmt::format("{} is no scanner of CASToR's: it must end in .hscan, .ghscan or .geom.", path.string()));
  }
  try {
    return make_scanner(ending == ".geom" ? read_castor_geom(path) : read_castor_lut(path));
  } catch (const InputError& failure) {
    throw FileError(fmt::format("Cannot read the scanner {}: {}.", path.string(), failure.what()));
  } catch (Error& error) {
    error.prepend("Cannot read the scanner of CASToR data");
    throw;
  }
}

void set_tof_bins(Scanner& scanner, std::vector<recon::TofBin> tof_bins) {
  scanner.tof_bins = std::move(tof_bins);
  const std::size_t types = scanner.module_types.size();
  scanner.tof_ranges.assign(types * types, {0, static_cast<std::uint32_t>(scanner.tof_bins.size())});
}

}  // namespace coincide::io
