#include "io/scanner_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "io/input_file.h"
#include "io/settings_file.h"
#include "projectors/error.h"
#include "recon/units.h"

namespace coincide::io {
namespace {

using recon::Vec3;
using std::numbers::pi;

struct RingsDescription {
  std::string name;
  std::int64_t crystals_transaxial = 0;
  std::int64_t crystals_axial = 0;
  double pitch_transaxial_mm = unset;
  double pitch_axial_mm = unset;
  std::array<double, 3> crystal_size_mm{unset, unset, unset};
  std::int64_t modules_per_ring = 0;
  double radius_mm = unset;
  double first_angle_deg = 0;
  std::int64_t rings = 0;
  double ring_pitch_mm = unset;
  double efficiency = unset;
  double efficiency_spread = 0;
  std::int64_t efficiency_seed = 1;
  std::int64_t min_module_difference = 0;
  double lowest_kev = unset;
  double highest_kev = unset;
  double energy_resolution = 0;
  std::int64_t tof_bins = 1;
  double tof_bin_width_ps = 0;
  double tof_fwhm_ps = 0;
};

std::vector<Setting> describe(RingsDescription& d) {
  constexpr double largest_mm = 10000;
  constexpr double smallest_mm = 0.01;
  constexpr double most_ps = 1e6;
  constexpr double most_kev = 2000;
  return {
      {"name", &d.name, "", "Name of the scanner."},
      {"module.crystals_transaxial", &d.crystals_transaxial, "", "Crystals of a module across the axis.", 1, 1000},
      {"module.crystals_axial", &d.crystals_axial, "", "Crystals of a module along the axis.", 1, 1000},
      {"module.pitch_transaxial_mm", &d.pitch_transaxial_mm, "mm", "From crystal to crystal across the axis.",
       smallest_mm, largest_mm},
      {"module.pitch_axial_mm", &d.pitch_axial_mm, "mm", "From crystal to crystal along the axis.", smallest_mm,
       largest_mm},
      {"module.crystal_size_mm", &d.crystal_size_mm, "mm", "Edges of a crystal: across the axis, along it, depth.",
       smallest_mm, largest_mm},
      {"ring.modules", &d.modules_per_ring, "", "Modules around the axis.", 2, 10000},
      {"ring.radius_mm", &d.radius_mm, "mm", "From the axis to the plane of the crystals' middles, where LORs end.", 1,
       largest_mm},
      {"ring.first_angle_deg", &d.first_angle_deg, "deg", "Where the first module is, from x towards y.", -360, 360},
      {"axial.rings", &d.rings, "", "Rings of modules along the axis.", 1, 10000},
      {"axial.pitch_mm", &d.ring_pitch_mm, "mm", "From ring of modules to ring of modules.", smallest_mm, largest_mm},
      {"detection.efficiency", &d.efficiency, "", "Part of the photons onto a crystal that it detects.", 0.0001, 1},
      {"detection.spread", &d.efficiency_spread, "",
       "Largest relative difference of a crystal from it; crystals are spread evenly.", 0, 0.5},
      {"detection.seed", &d.efficiency_seed, "", "Of the random numbers behind the spread.", 0, 4e9},
      {"detection.energy_resolution", &d.energy_resolution, "", "FWHM at 511 keV over 511 keV; 0: not known.", 0, 0.9},
      {"coincidence.min_module_difference", &d.min_module_difference, "",
       "Modules nearer than this around the ring are never in coincidence.", 1, 5000},
      {"coincidence.lowest_kev", &d.lowest_kev, "keV", "Lower edge of the energy window.", 0, most_kev},
      {"coincidence.highest_kev", &d.highest_kev, "keV", "Upper edge of the energy window.", 0, most_kev},
      {"tof.bins", &d.tof_bins, "", "TOF bins; 1: no TOF.", 1, 65535},
      {"tof.bin_width_ps", &d.tof_bin_width_ps, "ps", "Difference of arrival times from bin to bin.", 0, most_ps},
      {"tof.fwhm_ps", &d.tof_fwhm_ps, "ps", "Resolution of the difference of arrival times.", 0, most_ps},
  };
}

/// What is possible value by value but not together.
void check(const RingsDescription& d, const std::filesystem::path& path) {
  const auto refuse = [&path](const std::string& sentence) { throw FileError(path.string() + ": " + sentence); };
  if (d.crystal_size_mm[0] > d.pitch_transaxial_mm || d.crystal_size_mm[1] > d.pitch_axial_mm) {
    refuse(fmt::format("crystals of {} x {} mm overlap at pitches of {} and {} mm", d.crystal_size_mm[0],
                       d.crystal_size_mm[1], d.pitch_transaxial_mm, d.pitch_axial_mm));
  }
  // In doubles: products of what each may be are beyond 64 bits.
  const double modules = static_cast<double>(d.rings) * static_cast<double>(d.modules_per_ring);
  const double crystals = modules * static_cast<double>(d.crystals_axial) * static_cast<double>(d.crystals_transaxial);
  if (crystals > static_cast<double>(recon::most_crystals) || modules > static_cast<double>(recon::most_modules)) {
    refuse(fmt::format("{:g} crystals in {:g} modules are more than the {} in {} that are possible", crystals, modules,
                       recon::most_crystals, recon::most_modules));
  }
  const double width_mm = static_cast<double>(d.crystals_transaxial - 1) * d.pitch_transaxial_mm + d.crystal_size_mm[0];
  const double room_mm = 2 * d.radius_mm * std::tan(pi / static_cast<double>(d.modules_per_ring));
  if (d.modules_per_ring > 2 && width_mm > room_mm) {
    refuse(fmt::format("modules {:.2f} mm wide overlap: {} of them around a radius of {} mm have {:.2f} mm each",
                       width_mm, d.modules_per_ring, d.radius_mm, room_mm));
  }
  const double length_mm = static_cast<double>(d.crystals_axial - 1) * d.pitch_axial_mm + d.crystal_size_mm[1];
  if (d.rings > 1 && length_mm > d.ring_pitch_mm) {
    refuse(fmt::format("modules {:.2f} mm long overlap at axial.pitch_mm = {}", length_mm, d.ring_pitch_mm));
  }
  if (2 * d.min_module_difference > d.modules_per_ring) {
    refuse(fmt::format("coincidence.min_module_difference = {} leaves no pair of the {} modules around the ring",
                       d.min_module_difference, d.modules_per_ring));
  }
  if (d.highest_kev <= d.lowest_kev) {
    refuse(fmt::format("the energy window from {} to {} keV is empty", d.lowest_kev, d.highest_kev));
  }
  if (d.tof_bins > 1 && !(d.tof_bin_width_ps > 0 && d.tof_fwhm_ps > 0)) {
    refuse(fmt::format("{} TOF bins need tof.bin_width_ps and tof.fwhm_ps above 0", d.tof_bins));
  }
}

/// Middle of the step `index` of `count` equal ones around 0.
double centred(std::int64_t index, std::int64_t count, double pitch) {
  return (static_cast<double>(index) - static_cast<double>(count - 1) / 2) * pitch;
}

/// A module as seen from the axis: a direction outwards and one around.
struct Frame {
  double cosine;
  double sine;
  Vec3 point(double outwards_mm, double around_mm, double z_mm) const {
    return {static_cast<float>(outwards_mm * cosine - around_mm * sine),
            static_cast<float>(outwards_mm * sine + around_mm * cosine), static_cast<float>(z_mm)};
  }
};

std::array<Vec3, 8> box_corners(const Frame& frame, double outwards_mm, double around_mm, double z_mm,
                                const std::array<double, 3>& size_mm) {
  std::array<Vec3, 8> corners;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const auto half = [i](std::size_t bit, double size) { return (i >> bit & 1U) != 0 ? size / 2 : -size / 2; };
    corners[i] =
        frame.point(outwards_mm + half(2, size_mm[2]), around_mm + half(0, size_mm[0]), z_mm + half(1, size_mm[1]));
  }
  return corners;
}

void add_module(recon::Scanner& scanner, const RingsDescription& d, const Frame& frame, double z_mm,
                std::uint32_t module) {
  for (std::int64_t axial = 0; axial < d.crystals_axial; ++axial) {
    for (std::int64_t transaxial = 0; transaxial < d.crystals_transaxial; ++transaxial) {
      const double around_mm = centred(transaxial, d.crystals_transaxial, d.pitch_transaxial_mm);
      const double crystal_z_mm = z_mm + centred(axial, d.crystals_axial, d.pitch_axial_mm);
      scanner.crystal_centre_mm.push_back(frame.point(d.radius_mm, around_mm, crystal_z_mm));
      scanner.crystal_normal.push_back(frame.point(-1, 0, 0));
      scanner.crystal_face_mm2.push_back(static_cast<float>(d.crystal_size_mm[0] * d.crystal_size_mm[1]));
      scanner.crystal_module.push_back(module);
      scanner.crystal_type.push_back(0);
      scanner.crystal_corners_mm.push_back(box_corners(frame, d.radius_mm, around_mm, crystal_z_mm, d.crystal_size_mm));
    }
  }
}

void add_tof(recon::Scanner& scanner, const RingsDescription& d) {
  double width_mm = d.tof_bin_width_ps * recon::mm_per_ps;
  double sigma_mm = d.tof_fwhm_ps * recon::mm_per_ps / recon::fwhm_per_sigma;
  if (d.tof_bins == 1) {
    width_mm = 2 * std::hypot(2 * d.radius_mm, static_cast<double>(d.rings) * d.ring_pitch_mm);
    sigma_mm = width_mm;
  }
  for (std::int64_t bin = 0; bin < d.tof_bins; ++bin) {
    scanner.tof_bins.push_back({static_cast<float>(centred(bin, d.tof_bins, width_mm)), static_cast<float>(width_mm),
                                static_cast<float>(sigma_mm)});
  }
  scanner.tof_ranges = {{0, static_cast<std::uint32_t>(d.tof_bins)}};
}

recon::Scanner make_scanner(const RingsDescription& d) {
  recon::Scanner scanner;
  scanner.name = d.name;
  for (std::int64_t ring = 0; ring < d.rings; ++ring) {
    for (std::int64_t module = 0; module < d.modules_per_ring; ++module) {
      const double angle =
          d.first_angle_deg * pi / 180 + 2 * pi * static_cast<double>(module) / static_cast<double>(d.modules_per_ring);
      add_module(scanner, d, {std::cos(angle), std::sin(angle)}, centred(ring, d.rings, d.ring_pitch_mm),
                 static_cast<std::uint32_t>(ring * d.modules_per_ring + module));
    }
  }
  scanner.module_types = {{.first_crystal = 0,
                           .num_modules = static_cast<std::uint32_t>(d.rings * d.modules_per_ring),
                           .crystals_per_module = static_cast<std::uint32_t>(d.crystals_axial * d.crystals_transaxial),
                           .energy_edges_kev = {static_cast<float>(d.lowest_kev), static_cast<float>(d.highest_kev)},
                           .energy_resolution = static_cast<float>(d.energy_resolution)}};
  add_tof(scanner, d);
  return scanner;
}

recon::Efficiencies make_efficiencies(const RingsDescription& d, const recon::Scanner& scanner) {
  const recon::ModuleType& type = scanner.module_types.front();
  recon::Efficiencies efficiencies;
  efficiencies.method = "detection probability of each crystal";
  efficiencies.calibration_stated = true;
  std::mt19937_64 engine(static_cast<std::uint64_t>(d.efficiency_seed));
  std::uniform_real_distribution<double> spread(1 - d.efficiency_spread, 1 + d.efficiency_spread);
  efficiencies.bin.resize(1);
  for (std::uint32_t crystal = 0; crystal < type.num_crystals(); ++crystal) {
    efficiencies.bin[0].push_back(static_cast<float>(std::min(d.efficiency * spread(engine), 1.0)));
  }
  recon::Efficiencies::PairTable pairs;
  pairs.num_modules_b = type.num_modules;
  pairs.bins_per_module_b = type.crystals_per_module;
  for (std::int64_t a = 0; a < type.num_modules; ++a) {
    for (std::int64_t b = 0; b < type.num_modules; ++b) {
      const std::int64_t apart = std::abs(a % d.modules_per_ring - b % d.modules_per_ring);
      const bool coincident = std::min(apart, d.modules_per_ring - apart) >= d.min_module_difference;
      pairs.group.push_back(coincident ? 0 : -1);
    }
  }
  efficiencies.pairs = {std::move(pairs)};
  return efficiencies;
}

}  // namespace

ScannerDescription read_scanner(const std::filesystem::path& path) {
  RingsDescription description;
  std::vector<Setting> settings = describe(description);
  read_settings_file(settings, read_text_file(path), path);
  check(description, path);
  ScannerDescription result;
  result.scanner = make_scanner(description);
  result.scanner.check();
  result.efficiencies = make_efficiencies(description, result.scanner);
  result.efficiencies.check(result.scanner);
  return result;
}

}  // namespace coincide::io
