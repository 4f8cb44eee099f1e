#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "projectors/geometry.h"

namespace coincide::recon {

using projectors::TofBin;
using Vec3 = std::array<float, 3>;

/// A kind of detector module that a scanner holds many of. Its crystals have consecutive ids: crystal `c` of module `m`
/// is first_crystal + m * crystals_per_module + c.
struct ModuleType {
  std::uint32_t first_crystal = 0;
  std::uint32_t num_modules = 0;
  std::uint32_t crystals_per_module = 0;
  std::vector<float> energy_edges_kev;  ///< windows + 1 ascending edges; empty: one window, limits unknown
  float energy_resolution = 0;          ///< FWHM at 511 keV over 511 keV; 0: not stated

  std::uint32_t num_crystals() const { return num_modules * crystals_per_module; }
  std::uint32_t num_energy_windows() const {
    return energy_edges_kev.size() < 2 ? 1 : static_cast<std::uint32_t>(energy_edges_kev.size() - 1);
  }
};

/// The TOF bins that events between two module types use: scanner.tof_bins[first .. first + count).
struct TofRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;  ///< 0: no coincidences between these types
};

/// Limits of what a file may describe: beyond those of any scanner, so that a damaged number is told from a large one
/// before anything is made of its size. A total-body scanner has 10^6 crystals in some 10^4 modules along 2 m.
inline constexpr std::uint64_t most_crystals = 20'000'000;
inline constexpr std::uint64_t most_modules = 32'768;
inline constexpr float farthest_crystal_mm = 25'000;  ///< from the origin of the axes, along each

/// A PET scanner: where each crystal is, which modules it belongs to, TOF bins, energy windows.
/// Lengths in mm in scanner axes, of which z is that of most
/// scanners, but need not be: FieldOfView tells what the arrangement means.
struct Scanner {
  std::string name;

  std::vector<Vec3> crystal_centre_mm;        ///< by crystal id
  std::vector<Vec3> crystal_normal;           ///< unit vector of the depth direction, into the bore
  std::vector<float> crystal_face_mm2;        ///< area of the face that looks into the bore
  std::vector<std::uint32_t> crystal_module;  ///< by crystal id: module number, counted over all types
  std::vector<std::uint8_t> crystal_type;     ///< by crystal id: index into module_types
  /// By crystal id: the 8 corners of its box, in mm, in scanner axes; for pictures. May be empty.
  std::vector<std::array<Vec3, 8>> crystal_corners_mm;

  std::vector<ModuleType> module_types;
  std::vector<TofBin> tof_bins;      ///< of all type pairs, one after the other; centre positive towards crystal b
  std::vector<TofRange> tof_ranges;  ///< [type of crystal a][type of crystal b], row-major; empty ranges allowed

  std::size_t num_crystals() const { return crystal_centre_mm.size(); }
  std::uint32_t num_modules() const;
  /// Energy windows of the type of module that has most.
  std::size_t most_energy_windows() const;
  const TofRange& tof_range(std::size_t type_a, std::size_t type_b) const {
    return tof_ranges[type_a * module_types.size() + type_b];
  }
  /// The range of two types in either order of their crystals. If only the other order has one, its bins count from the
  /// other end of the LOR.
  const TofRange& find_tof_range(std::size_t type_a, std::size_t type_b) const {
    const TofRange& range = tof_range(type_a, type_b);
    return range.count > 0 ? range : tof_range(type_b, type_a);
  }
  /// tof_bins for projectors: a bin that is alone in its range only states the coincidence window, which is no time of
  /// flight, so it becomes wide enough for all LORs.
  std::vector<TofBin> tof_bins_of_model() const;
  /// True if at least one type pair has more than one TOF bin.
  bool has_tof() const;
  /// Middle of the crystals along each axis [mm], and the half extent from there.
  Vec3 centre_mm() const;
  Vec3 half_extent_mm() const;
  /// No LOR is longer: the diagonal of the box around the crystals' centres [mm].
  float longest_lor_mm() const;
  /// Throws InputError naming the first inconsistency (column lengths, ids, edges).
  void check() const;
};

/// The LORs from points `a` to points `b`, `count` indices each, as those of crystals to their centres. Refers to all
/// three.
projectors::Lors lors_between(std::span<const Vec3> points_mm, const std::uint32_t* a, const std::uint32_t* b,
                              std::int64_t count);

}  // namespace coincide::recon
