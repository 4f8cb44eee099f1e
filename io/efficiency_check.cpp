#include "io/efficiency_check.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

namespace coincide::io {
namespace {

using Eigen::Vector3f;

/// Numbers of crystals within a module.
struct Between {
  std::uint32_t crystal;
  std::uint32_t before;
  std::uint32_t after;
};

Vector3f place(const recon::Scanner& scanner, std::uint32_t crystal) {
  return Vector3f::Map(scanner.crystal_centre_mm[crystal].data());
}

/// Crystals of a module that lie in the middle between two neighbours, side by side as seen from the bore.
std::vector<Between> between_neighbours(const recon::Scanner& scanner, const recon::ModuleType& type) {
  constexpr std::uint32_t most_crystals = 4096;  // each is compared with each
  const std::uint32_t count = std::min(most_crystals, type.crystals_per_module);
  std::vector<Between> result;
  for (std::uint32_t c = 0; c < count; ++c) {
    const Vector3f here = place(scanner, type.first_crystal + c);
    const Vector3f depth = Vector3f::Map(scanner.crystal_normal[type.first_crystal + c].data());
    std::optional<Between> nearest;
    float least_mm = std::numeric_limits<float>::max();
    for (std::uint32_t before = 0; before < count; ++before) {
      const Vector3f way = here - place(scanner, type.first_crystal + before);
      constexpr float aslant = 0.2F;
      if (before == c || way.norm() >= least_mm || std::abs(way.dot(depth)) > aslant * way.norm()) {
        continue;
      }
      constexpr float close = 0.1F;
      for (std::uint32_t after = before + 1; after < count; ++after) {
        if (after != c && (place(scanner, type.first_crystal + after) - here - way).norm() < close * way.norm()) {
          nearest = {c, before, after};
          least_mm = way.norm();
        }
      }
    }
    if (nearest) {
      result.push_back(*nearest);
    }
  }
  return result;
}

/// Of a crystal, over its energy windows.
double efficiency_of(const recon::Efficiencies& efficiencies, const recon::ModuleType& type, std::size_t number,
                     std::uint32_t crystal) {
  if (efficiencies.bin.empty() || efficiencies.bin[number].empty()) {
    return 1;
  }
  const std::size_t windows = type.num_energy_windows();
  const auto bins = std::span(efficiencies.bin[number]).subspan((crystal - type.first_crystal) * windows, windows);
  return std::accumulate(bins.begin(), bins.end(), 0.0);
}

/// Squares of what crystals differ by from their neighbours, over what chance makes of it.
struct Roughness {
  double chi2 = 0;
  double squares = 0;  ///< of differences
  double by_chance = 0;
  double level2 = 0;  ///< squares of what is compared
  std::size_t compared = 0;
  double counts = 0;
};

void compare(double counts, double efficiency, double counts_before, double efficiency_before, double counts_after,
             double efficiency_after, Roughness& sum) {
  if (!(efficiency > 0 && efficiency_before > 0 && efficiency_after > 0) || counts_before + counts_after == 0) {
    return;  // known to be dead, or beside the object
  }
  const std::array<double, 3> seen{counts / efficiency, counts_before / efficiency_before,
                                   counts_after / efficiency_after};
  const double expected = 0.5 * (seen[1] + seen[2]);
  const double difference = seen[0] - expected;
  const auto [least, most] = std::ranges::minmax(seen);
  constexpr double hot_or_dead = 4;
  constexpr double enough_counts = 20;
  if (most > hot_or_dead * least && most * efficiency > enough_counts) {
    return;  // single ones are told of by themselves
  }
  // What is expected, not what was counted: few counts would seem to be known too well.
  const double chance = expected / efficiency + 0.25 * (counts_before / (efficiency_before * efficiency_before) +
                                                        counts_after / (efficiency_after * efficiency_after));
  sum.chi2 += difference * difference / chance;
  sum.squares += difference * difference;
  sum.by_chance += chance;
  sum.level2 += expected * expected;
  sum.counts += counts;
  ++sum.compared;
}

}  // namespace

std::optional<DataCheck> check_efficiencies(const recon::Scanner& scanner, const recon::Efficiencies& efficiencies,
                                            const std::vector<std::uint64_t>& counts) {
  if (efficiencies.has_pair_values() || efficiencies.lors) {
    return std::nullopt;
  }
  Roughness sum;
  for (std::size_t number = 0; number < scanner.module_types.size(); ++number) {
    const recon::ModuleType& type = scanner.module_types[number];
    const std::vector<Between> places = between_neighbours(scanner, type);
    for (std::uint32_t module = 0; module < type.num_modules; ++module) {
      const std::uint32_t first = type.first_crystal + module * type.crystals_per_module;
      const auto count = [&](std::uint32_t c) { return static_cast<double>(counts[first + c]); };
      const auto efficiency = [&](std::uint32_t c) { return efficiency_of(efficiencies, type, number, first + c); };
      for (const auto& [crystal, before, after] : places) {
        compare(count(crystal), efficiency(crystal), count(before), efficiency(before), count(after), efficiency(after),
                sum);
      }
    }
  }
  constexpr double enough_counts = 50;
  constexpr std::size_t enough_crystals = 50;
  const auto compared = static_cast<double>(sum.compared);
  if (sum.compared < enough_crystals || sum.counts < enough_counts * compared) {
    return std::nullopt;
  }
  // Two neighbours' differences come to that of the crystal itself.
  const double rms = std::sqrt(std::max(0.0, sum.squares - sum.by_chance) / sum.level2 / 1.5);
  const double chi2 = sum.chi2 / compared;
  constexpr double most_chi2 = 1.5;
  constexpr double most_rms = 0.03;
  const bool is_good = chi2 < most_chi2 || rms < most_rms;
  return DataCheck{
      "Efficiencies", is_good ? Verdict::good : Verdict::notice,
      fmt::format("crystals differ from their neighbours by {:.2g} % rms beyond chance (chi^2 {:.3g})", 100 * rms,
                  chi2),
      is_good
          ? ""
          : "Expect rings in the image: the efficiencies are missing, or not those of the day. Estimate them from a "
            "scan of a known source (corrections.normalization).",
      !is_good};
}

}  // namespace coincide::io
