#include "io/scanner_of_rings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "projectors/error.h"

namespace coincide::io {
namespace {

/// Crystals of a ring that are a module together.
std::int64_t block_of(const CrystalRings& rings) {
  const std::int64_t block = std::max<std::int64_t>(1, rings.crystals_per_block);
  return rings.per_ring % block == 0 ? block : 1;
}

double axial_pitch_mm(const CrystalRings& rings, double pitch_mm) {
  if (rings.rings < 2) {
    return pitch_mm;
  }
  const auto [low, high] = std::ranges::minmax(rings.place_mm, {}, [](const recon::Vec3& place) { return place[2]; });
  return static_cast<double>(high[2] - low[2]) / static_cast<double>(rings.rings - 1);
}

}  // namespace

recon::Scanner scanner_of_rings(const CrystalRings& rings) {
  if (std::ssize(rings.place_mm) != rings.rings * rings.per_ring || rings.place_mm.empty()) {
    throw InputError(fmt::format("a scanner of {} rings of {} crystals has {} places of crystals", rings.rings,
                                 rings.per_ring, rings.place_mm.size()));
  }
  const std::int64_t block = block_of(rings);
  recon::Scanner scanner;
  scanner.name = rings.name;
  const double radius_mm = std::hypot(rings.place_mm.front()[0], rings.place_mm.front()[1]);
  const double pitch_mm = 2 * std::numbers::pi * radius_mm / static_cast<double>(rings.per_ring);
  const double face_mm2 = pitch_mm * axial_pitch_mm(rings, pitch_mm);
  const std::size_t crystals = rings.place_mm.size();
  scanner.crystal_centre_mm.resize(crystals);
  scanner.crystal_normal.resize(crystals);
  scanner.crystal_module.resize(crystals);
  scanner.crystal_face_mm2.assign(crystals, static_cast<float>(face_mm2));
  scanner.crystal_type.assign(crystals, 0);
  for (std::int64_t ring = 0; ring < rings.rings; ++ring) {
    for (std::int64_t crystal = 0; crystal < rings.per_ring; ++crystal) {
      const recon::Vec3& place = rings.place_mm[static_cast<std::size_t>(ring * rings.per_ring + crystal)];
      const float from_axis = std::hypot(place[0], place[1]);
      const std::uint32_t id = crystal_of_rings(rings, ring, crystal);
      scanner.crystal_centre_mm[id] = place;
      scanner.crystal_normal[id] = {-place[0] / from_axis, -place[1] / from_axis, 0};
      scanner.crystal_module[id] = static_cast<std::uint32_t>(crystal / block);
    }
  }
  scanner.module_types = {{.first_crystal = 0,
                           .num_modules = static_cast<std::uint32_t>(rings.per_ring / block),
                           .crystals_per_module = static_cast<std::uint32_t>(block * rings.rings),
                           .energy_edges_kev = {}}};
  scanner.tof_bins = rings.tof_bins;
  if (scanner.tof_bins.empty()) {  // one that only states that there are coincidences
    const float longest_mm = 2 * scanner.longest_lor_mm();
    scanner.tof_bins = {{0, longest_mm, longest_mm}};
  }
  scanner.tof_ranges = {{0, static_cast<std::uint32_t>(scanner.tof_bins.size())}};
  scanner.check();
  return scanner;
}

std::uint32_t crystal_of_rings(const CrystalRings& rings, std::int64_t ring, std::int64_t crystal) {
  const std::int64_t block = block_of(rings);
  return static_cast<std::uint32_t>(((crystal / block) * rings.rings + ring) * block + crystal % block);
}

std::vector<recon::TofBin> bins_of(const recon::TofAxis& axis) {
  std::vector<recon::TofBin> bins;
  for (std::int32_t i = 0; i < axis.num_bins; ++i) {
    const float place = static_cast<float>(i) - 0.5F * static_cast<float>(axis.num_bins - 1);
    bins.push_back({place * axis.bin_width_mm, axis.bin_width_mm, axis.sigma_mm});
  }
  return bins;
}

}  // namespace coincide::io
