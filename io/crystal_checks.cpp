#include "io/crystal_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>
#include <string>
#include <tuple>

#include "recon/field_of_view.h"

namespace coincide::io {
namespace {

constexpr double dead_part = 0.2;
constexpr double hot_part = 5;
/// Fewer counts in the median module do not tell a dead one from chance.
constexpr double enough_counts = 100;
constexpr std::size_t enough_modules = 4;

struct Module {
  std::size_t number = 0;
  std::uint8_t type = 0;
  double along_mm = 0;  ///< the scanner's axis
  double counts = 0;
  bool known_dead = true;  ///< all of its crystals are
};

std::vector<Module> sum_modules(const recon::Scanner& scanner, const std::vector<std::uint64_t>& counts,
                                const std::vector<std::uint8_t>& known_dead) {
  const recon::Vec3 axis = recon::FieldOfView(scanner).axis();
  std::vector<Module> modules(scanner.num_modules());
  for (std::size_t c = 0; c < scanner.num_crystals(); ++c) {
    Module& module = modules[scanner.crystal_module[c]];
    module.number = scanner.crystal_module[c];
    module.type = scanner.crystal_type[c];
    const recon::Vec3& centre_mm = scanner.crystal_centre_mm[c];
    for (std::size_t k = 0; k < 3; ++k) {
      module.along_mm += axis[k] * centre_mm[k] / scanner.module_types[module.type].crystals_per_module;
    }
    module.counts += static_cast<double>(counts[c]);
    module.known_dead = module.known_dead && known_dead[c] != 0;
  }
  std::erase_if(modules, [](const Module& module) { return module.known_dead; });
  return modules;
}

/// Splits the modules into those of one type and ring; those of rings with too few modules stay together by type.
std::vector<std::vector<Module>> comparable_modules(std::vector<Module> modules) {
  constexpr double same_ring_mm = 1;
  std::ranges::sort(modules, {}, [](const Module& m) { return std::tuple(m.type, m.along_mm); });
  std::vector<std::vector<Module>> groups;
  for (const Module& module : modules) {
    if (groups.empty() || groups.back().back().type != module.type ||
        module.along_mm - groups.back().back().along_mm > same_ring_mm) {
      groups.emplace_back();
    }
    groups.back().push_back(module);
  }
  std::vector<std::vector<Module>> result;
  std::vector<Module> rest;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (groups[g].size() >= enough_modules) {
      result.push_back(groups[g]);
    } else {
      rest.insert(rest.end(), groups[g].begin(), groups[g].end());
    }
    const bool last_of_type = g + 1 == groups.size() || groups[g + 1].front().type != groups[g].front().type;
    if (last_of_type && rest.size() >= enough_modules) {
      result.push_back(rest);
    }
    if (last_of_type) {
      rest.clear();
    }
  }
  return result;
}

/// Median of sorted values without one of them.
double median_of_others(std::span<const Module> sorted, std::size_t without) {
  const auto other = [&](std::size_t i) { return sorted[i < without ? i : i + 1].counts; };
  const std::size_t count = sorted.size() - 1;
  return 0.5 * (other((count - 1) / 2) + other(count / 2));
}

std::string numbers_text(std::vector<std::size_t> numbers) {
  constexpr std::size_t most_named = 8;
  if (numbers.empty()) {
    return "";
  }
  std::ranges::sort(numbers);
  const bool all = numbers.size() <= most_named;
  numbers.resize(std::min(numbers.size(), most_named));
  return fmt::format(" (module{} {}{})", numbers.size() == 1 ? "" : "s", fmt::join(numbers, ", "), all ? "" : ", ...");
}

/// By crystal id: mean counts of the other crystals of its module; of all crystals, where it has no other.
std::vector<double> mean_of_neighbours(const recon::Scanner& scanner, const std::vector<std::uint64_t>& counts) {
  std::vector<double> sums(scanner.num_modules(), 0);
  for (std::size_t c = 0; c < counts.size(); ++c) {
    sums[scanner.crystal_module[c]] += static_cast<double>(counts[c]);
  }
  const double mean = std::accumulate(sums.begin(), sums.end(), 0.0) / static_cast<double>(counts.size());
  std::vector<double> means(counts.size());
  for (std::size_t c = 0; c < counts.size(); ++c) {
    const double others = scanner.module_types[scanner.crystal_type[c]].crystals_per_module - 1.0;
    means[c] = others > 0 ? (sums[scanner.crystal_module[c]] - static_cast<double>(counts[c])) / others : mean;
  }
  return means;
}

}  // namespace

std::vector<std::uint8_t> crystals_known_dead(const recon::Scanner& scanner, const recon::Efficiencies& efficiencies) {
  std::vector<std::uint8_t> known_dead(scanner.num_crystals(), 0);
  for (std::size_t c = 0; c < scanner.num_crystals() && !efficiencies.bin.empty(); ++c) {
    const std::uint8_t type = scanner.crystal_type[c];
    const std::vector<float>& bins = efficiencies.bin[type];
    const std::size_t windows = scanner.module_types[type].num_energy_windows();
    const std::size_t first = (c - scanner.module_types[type].first_crystal) * windows;
    if (!bins.empty()) {
      known_dead[c] = std::ranges::all_of(std::span(bins).subspan(first, windows), [](float e) { return e == 0; });
    }
  }
  return known_dead;
}

DataCheck check_crystals(const recon::Scanner& scanner, const std::vector<std::uint64_t>& counts,
                         const std::vector<std::uint8_t>& known_dead) {
  // A live crystal with 20 counts expected is empty once in 5e8 cases.
  constexpr double enough_to_expect = 20;
  const double sum = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  const double mean = counts.empty() ? 0 : sum / static_cast<double>(counts.size());
  if (mean < enough_to_expect) {
    return {"Crystals", Verdict::unknown, fmt::format("{:.2g} counts per crystal are too few to find dead ones", mean),
            "Look for dead crystals in a longer measurement."};
  }
  const std::vector<double> expected = mean_of_neighbours(scanner, counts);
  std::size_t dead = 0;
  std::size_t known = 0;
  std::size_t loud = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    const bool is_dead = counts[c] == 0 && (known_dead[c] != 0 || expected[c] >= enough_to_expect);
    dead += is_dead ? 1 : 0;
    known += is_dead && known_dead[c] != 0 ? 1 : 0;
    loud += static_cast<double>(counts[c]) > 10 * std::max(mean, expected[c]) ? 1 : 0;
  }
  const bool good = dead == known && loud == 0;
  return {"Crystals", good ? Verdict::good : Verdict::notice,
          fmt::format("{} of {} have no counts{}, {} have more than ten times the mean of {:.3g}", dead, counts.size(),
                      known > 0 ? fmt::format(" ({} have efficiency 0 in the file)", known) : "", loud, mean),
          good ? "" : "Expect streaks in the image: put efficiencies that know these crystals into the file.", !good};
}

DataCheck check_modules(const recon::Scanner& scanner, const std::vector<std::uint64_t>& counts,
                        const std::vector<std::uint8_t>& known_dead) {
  std::size_t compared = 0;
  std::vector<std::size_t> dead;
  std::vector<std::size_t> hot;
  for (std::vector<Module>& group : comparable_modules(sum_modules(scanner, counts, known_dead))) {
    std::ranges::sort(group, {}, &Module::counts);
    for (std::size_t i = 0; i < group.size(); ++i) {
      const double median = median_of_others(group, i);
      if (median < enough_counts) {
        continue;
      }
      ++compared;
      if (group[i].counts < dead_part * median) {
        dead.push_back(group[i].number);
      } else if (group[i].counts > hot_part * median) {
        hot.push_back(group[i].number);
      }
    }
  }
  if (compared == 0) {
    return {"Modules", Verdict::unknown, "too few counts or modules to compare them with one another",
            "Look for dead modules in a longer measurement."};
  }
  if (dead.empty() && hot.empty()) {
    return {
        "Modules", Verdict::good,
        fmt::format("none of {} has less than a fifth or more than five times the counts of its neighbours", compared),
        ""};
  }
  return {"Modules", Verdict::notice,
          fmt::format("{} of {} have less than a fifth of the counts of their neighbours{}, {} more than five times{}",
                      dead.size(), compared, numbers_text(dead), hot.size(), numbers_text(hot)),
          "Expect streaks in the image: have these modules looked at, or put their efficiencies into the file.", true};
}

}  // namespace coincide::io
