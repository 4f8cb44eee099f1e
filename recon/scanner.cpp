#include "recon/scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "projectors/error.h"

namespace coincide::recon {
namespace {

/// Smallest and largest coordinate of the crystal centres per axis; zeros for a scanner without crystals.
std::pair<Vec3, Vec3> bounds_mm(const Scanner& scanner) {
  if (scanner.crystal_centre_mm.empty()) {
    return {};
  }
  Vec3 low = scanner.crystal_centre_mm.front();
  Vec3 high = low;
  for (const Vec3& centre : scanner.crystal_centre_mm) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      low[axis] = std::min(low[axis], centre[axis]);
      high[axis] = std::max(high[axis], centre[axis]);
    }
  }
  return {low, high};
}

void check_columns(const Scanner& scanner) {
  const std::size_t count = scanner.num_crystals();
  if (count > most_crystals || scanner.num_modules() > most_modules) {
    throw InputError(fmt::format("the scanner has {} crystals in {} modules: at most {} in {} are possible", count,
                                 scanner.num_modules(), most_crystals, most_modules));
  }
  const auto check_length = [count](const char* what, std::size_t length) {
    if (length != count) {
      throw InputError(
          fmt::format("the scanner has {} crystals but {} {}: its description is damaged", count, length, what));
    }
  };
  check_length("crystal normals", scanner.crystal_normal.size());
  check_length("crystal face areas", scanner.crystal_face_mm2.size());
  check_length("module numbers of crystals", scanner.crystal_module.size());
  check_length("module types of crystals", scanner.crystal_type.size());
  if (!scanner.crystal_corners_mm.empty()) {
    check_length("crystal boxes", scanner.crystal_corners_mm.size());
  }
}

void check_crystal(const Scanner& scanner, std::size_t crystal) {
  const Vec3& centre = scanner.crystal_centre_mm[crystal];
  const auto possible = [](float x) { return std::abs(x) <= farthest_crystal_mm; };
  if (!std::ranges::all_of(centre, possible)) {
    throw InputError(
        fmt::format("crystal {} of the scanner lies at ({}, {}, {}) mm: coordinates from -{:.0f} to "
                    "{:.0f} mm are possible",
                    crystal, centre[0], centre[1], centre[2], farthest_crystal_mm, farthest_crystal_mm));
  }
  const Vec3& n = scanner.crystal_normal[crystal];
  const float length = std::hypot(n[0], n[1], n[2]);
  constexpr float tolerance = 1e-3F;  // of files that hold rounded single precision
  if (!(std::abs(length - 1) <= tolerance)) {
    throw InputError(fmt::format("the normal of crystal {} has length {} instead of 1", crystal, length));
  }
  const float area = scanner.crystal_face_mm2[crystal];
  if (!(area > 0) || !std::isfinite(area)) {
    throw InputError(fmt::format("the face of crystal {} has an area of {} mm2: it must be positive", crystal, area));
  }
}

/// Crystals of a type are consecutive, module after module, and the columns say the same.
void check_types(const Scanner& scanner) {
  std::uint64_t next_crystal = 0;
  std::uint64_t next_module = 0;
  for (std::size_t t = 0; t < scanner.module_types.size(); ++t) {
    const ModuleType& type = scanner.module_types[t];
    const std::uint64_t count = std::uint64_t{type.num_modules} * type.crystals_per_module;
    if (type.first_crystal != next_crystal || next_crystal + count > scanner.num_crystals()) {
      throw InputError(fmt::format("module type {} holds crystals {} to {} of {}, expected to start at {}", t,
                                   type.first_crystal, type.first_crystal + count, scanner.num_crystals(),
                                   next_crystal));
    }
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t crystal = next_crystal + i;
      const std::uint64_t module = next_module + i / type.crystals_per_module;
      if (scanner.crystal_type[crystal] != t || scanner.crystal_module[crystal] != module) {
        throw InputError(fmt::format("crystal {} is listed in module {} of type {} instead of module {} of type {}",
                                     crystal, scanner.crystal_module[crystal], scanner.crystal_type[crystal], module,
                                     t));
      }
    }
    if (!std::ranges::is_sorted(type.energy_edges_kev, std::less_equal<>{})) {
      throw InputError(fmt::format("the energy window edges of module type {} do not ascend", t));
    }
    next_crystal += count;
    next_module += type.num_modules;
  }
  if (next_crystal != scanner.num_crystals()) {
    throw InputError(
        fmt::format("the module types hold {} crystals but the scanner has {}", next_crystal, scanner.num_crystals()));
  }
}

/// TOF bins lie within the longest LOR, or little beyond where the coincidence window is wide. One that is alone in its
/// range states that window only, and nothing is made of it.
void check_reach_of_tof(const Scanner& scanner) {
  constexpr float in_lengths = 10;
  const float longest_mm = scanner.longest_lor_mm();
  for (const TofRange& range : scanner.tof_ranges) {
    for (std::uint32_t i = 0; i < range.count && range.count > 1; ++i) {
      const TofBin& bin = scanner.tof_bins[range.first + i];
      const float reach_mm = std::max(std::abs(bin.centre_mm) + 0.5F * bin.width_mm, bin.sigma_mm);
      if (reach_mm > in_lengths * longest_mm) {
        throw InputError(fmt::format(
            "the scanner has a TOF bin at {} mm of width {} mm and sigma {} mm: its LORs have a length of {:.1f} mm at "
            "most, and TOF bins may reach {:.0f} mm from their middle",
            bin.centre_mm, bin.width_mm, bin.sigma_mm, longest_mm, in_lengths * longest_mm));
      }
    }
  }
}

void check_tof(const Scanner& scanner) {
  const std::size_t pairs = scanner.module_types.size() * scanner.module_types.size();
  if (scanner.tof_ranges.size() != pairs) {
    throw InputError(fmt::format("the scanner has TOF bins for {} pairs of module types instead of {}",
                                 scanner.tof_ranges.size(), pairs));
  }
  constexpr std::size_t most = std::size_t{1} << 16;  // events carry the index in 16 bits
  if (scanner.tof_bins.size() > most) {
    throw InputError(
        fmt::format("the scanner has {} TOF bins: at most {} are supported", scanner.tof_bins.size(), most));
  }
  for (const TofRange& range : scanner.tof_ranges) {
    if (std::uint64_t{range.first} + range.count > scanner.tof_bins.size()) {
      throw InputError(fmt::format("a pair of module types uses TOF bins {} to {} of {}", range.first,
                                   std::uint64_t{range.first} + range.count, scanner.tof_bins.size()));
    }
  }
  for (const TofBin& bin : scanner.tof_bins) {
    if (!std::isfinite(bin.centre_mm) || !(bin.width_mm > 0) || !std::isfinite(bin.width_mm) || !(bin.sigma_mm > 0) ||
        !std::isfinite(bin.sigma_mm)) {
      throw InputError(fmt::format(
          "the scanner has a TOF bin at {} mm of width {} mm and sigma {} mm: width and sigma must be positive",
          bin.centre_mm, bin.width_mm, bin.sigma_mm));
    }
  }
  check_reach_of_tof(scanner);
}

}  // namespace

std::uint32_t Scanner::num_modules() const {
  std::uint32_t count = 0;
  for (const ModuleType& type : module_types) {
    count += type.num_modules;
  }
  return count;
}

std::size_t Scanner::most_energy_windows() const {
  std::size_t most = 1;
  for (const ModuleType& type : module_types) {
    most = std::max<std::size_t>(most, type.num_energy_windows());
  }
  return most;
}

std::vector<TofBin> Scanner::tof_bins_of_model() const {
  constexpr float sigma_mm = 10;  // edges wider than voxels: projectors divide by a sum over planes
  constexpr float margin_mm = 2 * 4 * sigma_mm;
  const TofBin everywhere{.centre_mm = 0, .width_mm = longest_lor_mm() + margin_mm, .sigma_mm = sigma_mm};
  std::vector<TofBin> bins = tof_bins;
  for (const TofRange& range : tof_ranges) {
    if (range.count == 1) {
      bins[range.first] = everywhere;
    }
  }
  return bins;
}

bool Scanner::has_tof() const {
  return std::ranges::any_of(tof_ranges, [](const TofRange& range) { return range.count > 1; });
}

Vec3 Scanner::centre_mm() const {
  const auto [low, high] = bounds_mm(*this);
  return {0.5F * (low[0] + high[0]), 0.5F * (low[1] + high[1]), 0.5F * (low[2] + high[2])};
}

Vec3 Scanner::half_extent_mm() const {
  const auto [low, high] = bounds_mm(*this);
  return {0.5F * (high[0] - low[0]), 0.5F * (high[1] - low[1]), 0.5F * (high[2] - low[2])};
}

float Scanner::longest_lor_mm() const {
  const Vec3 half = half_extent_mm();
  return 2 * std::hypot(half[0], half[1], half[2]);
}

void Scanner::check() const {
  check_columns(*this);
  for (std::size_t crystal = 0; crystal < num_crystals(); ++crystal) {
    check_crystal(*this, crystal);
  }
  check_types(*this);
  check_tof(*this);
}

projectors::Lors lors_between(std::span<const Vec3> points_mm, const std::uint32_t* a, const std::uint32_t* b,
                              std::int64_t count) {
  return {.start_mm = points_mm.front().data(),
          .end_mm = points_mm.front().data(),
          .count = count,
          .start_index = a,
          .end_index = b,
          .num_points = std::ssize(points_mm)};
}

}  // namespace coincide::recon
