#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recon/data/tof_axis.h"
#include "recon/scanner.h"

namespace coincide::io {

/// Crystals in rings of equal numbers, as formats know them that tell no more than where these are.
struct CrystalRings {
  std::string name;
  std::int64_t rings = 0;
  std::int64_t per_ring = 0;
  std::vector<recon::Vec3> place_mm;      ///< [ring][crystal in the ring]
  std::int64_t crystals_per_block = 1;    ///< transaxially: those of all rings become a module
  std::vector<recon::TofBin> tof_bins{};  ///< empty: without time of flight
};

/// A scanner whose crystals look at its axis, each with as much face as its neighbours leave. Throws InputError for a
/// number of places that is not rings * per_ring.
recon::Scanner scanner_of_rings(const CrystalRings& rings);

/// The crystal's number in that scanner, of which modules are the first index.
std::uint32_t crystal_of_rings(const CrystalRings& rings, std::int64_t ring, std::int64_t crystal);

/// The bins of an axis, one by one.
std::vector<recon::TofBin> bins_of(const recon::TofAxis& axis);

}  // namespace coincide::io
