#include "io/tables/table_scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "io/tables/crystal_finder.h"
#include "projectors/error.h"

namespace coincide::io {
namespace {

using recon::Vec3;

constexpr std::uint64_t nowhere = ~0ULL;

/// Hundredths of a mm along each axis, in 21 bits; nowhere for what is no place within 10 m.
std::uint64_t place_of(const Vec3& point_mm) {
  constexpr float per_mm = 100;
  constexpr float farthest_mm = 10'000;
  std::uint64_t place = 0;
  for (const float at_mm : point_mm) {
    if (!(std::abs(at_mm) <= farthest_mm)) {
      return nowhere;
    }
    place = place << 21 | static_cast<std::uint64_t>((at_mm + farthest_mm) * per_mm + 0.5F);
  }
  return place;
}

constexpr std::size_t most_per_module = 64;
constexpr std::size_t least_modules = 32;  // as crystals of one are never in coincidence

/// The middle of the box around the points.
Vec3 middle_of(const std::vector<Vec3>& points_mm) {
  Vec3 middle{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto [low, high] = std::ranges::minmax(points_mm, {}, [axis](const Vec3& point) { return point[axis]; });
    middle[axis] = 0.5F * (low[axis] + high[axis]);
  }
  return middle;
}

/// Around the axis, then along it.
void sort_around(std::vector<Vec3>& points_mm, const Vec3& middle) {
  constexpr float step_rad = 1e-3F;  // crystals of one row have one angle, but for rounding
  const auto place = [&](const Vec3& point) {
    const float angle = std::atan2(point[1] - middle[1], point[0] - middle[0]);
    return std::tuple(std::lround(angle / step_rad), point[2], angle, point[0]);
  };
  std::ranges::sort(points_mm, {}, place);
}

void set_tof_bins(recon::Scanner& scanner, std::vector<recon::TofBin> bins) {
  const auto count = static_cast<std::uint32_t>(bins.size());
  scanner.tof_bins = std::move(bins);
  scanner.tof_ranges.assign(scanner.module_types.size() * scanner.module_types.size(), {0, count});
}

}  // namespace

void EndPoints::add(const Vec3& point_mm) {
  constexpr std::size_t most = 2'000'000;
  constexpr std::size_t remembered = std::size_t{1} << 16;
  ++num_added_;
  const std::uint64_t place = place_of(point_mm);
  if (too_many_ || place == nowhere) {
    return;
  }
  recent_.resize(remembered, nowhere);
  std::uint64_t& recent = recent_[place * 0x9E3779B97F4A7C15ULL >> 48];
  if (recent != place) {
    recent = place;
    points_mm_.try_emplace(place, point_mm);
    too_many_ = points_mm_.size() > most;
  }
}

bool EndPoints::are_discrete() const {
  constexpr std::uint64_t times = 4;
  return !too_many_ && !points_mm_.empty() && num_added_ >= times * points_mm_.size();
}

std::vector<Vec3> EndPoints::list() const {
  std::vector<Vec3> points;
  for (const auto& [place, point_mm] : points_mm_) {
    points.push_back(point_mm);
  }
  return points;
}

void set_even_modules(recon::Scanner& scanner) {
  const std::size_t crystals = scanner.num_crystals();
  const std::size_t crystals_per_module = std::clamp<std::size_t>(crystals / least_modules, 1, most_per_module);
  const std::size_t whole = crystals / crystals_per_module;
  const std::size_t rest = crystals % crystals_per_module;
  scanner.module_types = {{.first_crystal = 0,
                           .num_modules = static_cast<std::uint32_t>(whole),
                           .crystals_per_module = static_cast<std::uint32_t>(crystals_per_module),
                           .energy_edges_kev = {}}};
  if (rest > 0) {
    scanner.module_types.push_back({.first_crystal = static_cast<std::uint32_t>(whole * crystals_per_module),
                                    .num_modules = 1,
                                    .crystals_per_module = static_cast<std::uint32_t>(rest),
                                    .energy_edges_kev = {}});
  }
  for (std::size_t crystal = 0; crystal < crystals; ++crystal) {
    scanner.crystal_module.push_back(static_cast<std::uint32_t>(crystal / crystals_per_module));
    scanner.crystal_type.push_back(crystal / crystals_per_module < whole ? 0 : 1);
  }
}

recon::Scanner scanner_at_points(std::vector<Vec3> points_mm) {
  constexpr std::size_t least = 4;
  if (points_mm.size() < least) {
    throw InputError(fmt::format("the LORs have {} different ends, which make no scanner", points_mm.size()));
  }
  const Vec3 middle = middle_of(points_mm);
  sort_around(points_mm, middle);
  recon::Scanner scanner;
  scanner.name = "made of the ends of the LORs";
  scanner.crystal_centre_mm = std::move(points_mm);
  const float spacing_mm = CrystalFinder(scanner.crystal_centre_mm).usual_spacing_mm();
  scanner.crystal_face_mm2.assign(scanner.num_crystals(), spacing_mm * spacing_mm);
  for (const Vec3& centre : scanner.crystal_centre_mm) {
    const float x = middle[0] - centre[0];
    const float y = middle[1] - centre[1];
    const float radius = std::hypot(x, y);
    scanner.crystal_normal.push_back(radius > 0 ? Vec3{x / radius, y / radius, 0} : Vec3{0, 0, 1});
  }
  set_even_modules(scanner);
  const float longest_mm = 2 * scanner.longest_lor_mm();
  set_tof_bins(scanner, {{0, longest_mm, longest_mm}});
  scanner.check();
  return scanner;
}

void set_fine_tof_bins(recon::Scanner& scanner, double sigma_mm, double farthest_mm) {
  constexpr double bins_per_sigma = 5;
  constexpr double in_lengths = 9;      // of LORs: what Scanner::check() takes, with half a bin to spare
  constexpr double most_bins = 32'000;  // on either side: events carry the bin in 16 bits
  const double width_mm = sigma_mm / bins_per_sigma;
  const double reach_mm = std::min(farthest_mm, in_lengths * static_cast<double>(scanner.longest_lor_mm()));
  const auto most = static_cast<int>(std::clamp(std::ceil(reach_mm / width_mm - 0.5), 1.0, most_bins));
  std::vector<recon::TofBin> bins;
  for (int bin = -most; bin <= most; ++bin) {
    bins.push_back({static_cast<float>(bin * width_mm), static_cast<float>(width_mm), static_cast<float>(sigma_mm)});
  }
  set_tof_bins(scanner, std::move(bins));
}

}  // namespace coincide::io
