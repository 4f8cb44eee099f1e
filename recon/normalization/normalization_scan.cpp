#include "recon/normalization/normalization_scan.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "projectors/projector.h"
#include "recon/attenuation.h"
#include "recon/module_pairs.h"
#include "recon/parallel.h"
#include "recon/randoms.h"

namespace coincide::recon {

NormalizationScan::NormalizationScan(const MultiplicativeModel& geometry, const Image& annihilations,
                                     const Image* attenuation, ComputeDevice& device, int num_threads,
                                     Reporter& reporter)
    : geometry_(geometry), num_threads_(num_threads) {
  list_pairs(reporter);
  project(annihilations, attenuation, device, reporter);
  pairs_.counts.assign(pairs_.num_pairs(), 0);
}

void NormalizationScan::list_pairs(Reporter& reporter) {
  const auto crystals = static_cast<std::uint32_t>(geometry_.scanner().num_crystals());
  pairs_.rows.push_back(0);
  for (std::uint32_t a = 0; a < crystals && !reporter.stop_requested(); ++a) {
    for (std::uint32_t b = a + 1; b < crystals; ++b) {
      if (geometry_.in_coincidence(a, b) && geometry_.factor(a, 0, b, 0) > 0) {
        pairs_.partner.push_back(b);
      }
    }
    pairs_.rows.push_back(pairs_.num_pairs());
    reporter.progress("pairs of crystals", (a + 1.0) / crystals);
  }
  pairs_.rows.resize(crystals + std::size_t{1}, pairs_.num_pairs());
}

/// M: solid angle times line integral times survival.
void NormalizationScan::project(const Image& annihilations, const Image* attenuation, ComputeDevice& device,
                                Reporter& reporter) {
  const Scanner& scanner = geometry_.scanner();
  const projectors::Projector projector(annihilations.grid, {.device = {}, .num_threads = num_threads_});
  std::optional<AttenuationFactors> factors;
  if (attenuation != nullptr) {
    factors.emplace(*attenuation, device, num_threads_, reporter);
  }
  pairs_.expected.assign(pairs_.num_pairs(), 0);
  const float* points = scanner.crystal_centre_mm.front().data();
  constexpr std::uint64_t pairs_at_once = 1 << 20;
  const auto crystals = static_cast<std::uint32_t>(scanner.num_crystals());
  std::vector<std::uint32_t> first;  // crystals of a block of whole rows
  for (std::uint32_t a = 0; a < crystals && !reporter.stop_requested();) {
    const std::uint64_t begin = pairs_.rows[a];
    first.clear();
    for (; a < crystals && first.size() < pairs_at_once; ++a) {
      first.insert(first.end(), pairs_.rows[a + 1] - pairs_.rows[a], a);
    }
    const projectors::Lors lors{.start_mm = points,
                                .end_mm = points,
                                .count = std::ssize(first),
                                .start_index = first.data(),
                                .end_index = pairs_.partner.data() + begin,
                                .num_points = crystals};
    float* expected = pairs_.expected.data() + begin;
    projector.forward(lors, projectors::NoTof{}, annihilations.values.data(), expected);
    for (std::size_t i = 0; i < first.size(); ++i) {
      expected[i] *= geometry_.factor(first[i], 0, pairs_.partner[begin + i], 0);
    }
    if (factors) {
      factors->multiply(lors, expected);
    }
    reporter.progress("projection of the source", static_cast<double>(a) / crystals);
  }
}

void NormalizationScan::count(const EventBlock& block, std::vector<std::uint64_t>& delayeds) {
  for (std::size_t i = 0; i < block.size(); ++i) {
    const std::uint32_t a = block.crystal_a[i], b = block.crystal_b[i];
    if (block.delayed[i] != 0) {
      ++delayeds[a];
      ++delayeds[b];
      ++delayeds_;
    } else if (const auto pair = pairs_.find(a, b)) {
      ++pairs_.counts[*pair];
      ++prompts_;
    }
  }
}

void NormalizationScan::count(EventSource& events, Reporter& reporter) {
  std::vector<std::uint64_t> delayeds(geometry_.scanner().num_crystals());
  EventBlock block;
  events.rewind();
  while (!reporter.stop_requested() && events.read(block)) {
    count(block, delayeds);
    reporter.progress("reading events", events.fraction_read());
  }
  if (delayeds_ > 0) {
    pairs_.randoms =
        randoms_from_delayeds(geometry_.scanner(), geometry_.efficiencies(), delayeds, num_threads_, &reporter);
  }
}

std::vector<Efficiencies::PairTable> NormalizationScan::pair_tables(const NormalizationFit& fit) const {
  const Scanner& scanner = geometry_.scanner();
  const std::size_t num_types = scanner.module_types.size();
  const ModulePairs modules(scanner, geometry_.efficiencies());
  std::vector<Efficiencies::PairTable> tables(num_types * num_types);
  std::vector<std::map<std::vector<float>, std::int32_t>> known(tables.size());
  const auto type_of = [&](std::uint32_t module) { return scanner.crystal_type[modules.first_crystal(module)]; };
  const auto within_type = [&](std::uint32_t module) {
    const ModuleType& type = scanner.module_types[type_of(module)];
    return (modules.first_crystal(module) - type.first_crystal) / type.crystals_per_module;
  };
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const ModuleType &rows = scanner.module_types[i / num_types], &columns = scanner.module_types[i % num_types];
    tables[i].group.assign(std::size_t{rows.num_modules} * columns.num_modules, -1);
    tables[i].num_modules_b = columns.num_modules;
    tables[i].bins_per_module_b = columns.crystals_per_module;
  }
  for (std::uint32_t m = 0; m < modules.num_modules(); ++m) {
    for (const std::uint32_t partner : modules.partners(m)) {
      if (partner < m) {
        continue;
      }
      std::vector<float> values;
      for (std::uint32_t a = modules.first_crystal(m); a < modules.first_crystal(m + 1); ++a) {
        for (std::uint32_t b = modules.first_crystal(partner); b < modules.first_crystal(partner + 1); ++b) {
          const auto pair = pairs_.find(a, b);
          values.push_back(
              pair ? static_cast<float>(fit.symmetry[pairs_.symmetry[*pair]]) * geometry_.factor(a, 0, b, 0) : 0);
        }
      }
      const std::size_t table = type_of(m) * num_types + type_of(partner);
      const auto [place, is_new] =
          known[table].try_emplace(values, static_cast<std::int32_t>(tables[table].values.size()));
      if (is_new) {
        tables[table].values.push_back(std::move(values));
      }
      tables[table].group[std::size_t{within_type(m)} * tables[table].num_modules_b + within_type(partner)] =
          place->second;
    }
  }
  return tables;
}

Efficiencies NormalizationScan::efficiencies(const NormalizationFit& fit, const Efficiencies& before) const {
  const Scanner& scanner = geometry_.scanner();
  Efficiencies result = before;
  result.method = "maximum likelihood from a scan of a known source";
  result.calibration_factor = fit.calibration;
  result.calibration_stated = true;
  result.calibration_problem.clear();
  result.bin.assign(scanner.module_types.size(), {});
  for (std::size_t crystal = 0; crystal < fit.crystal.size(); ++crystal) {
    const std::uint32_t type = scanner.crystal_type[crystal];
    result.bin[type].insert(result.bin[type].end(), scanner.module_types[type].num_energy_windows(),
                            static_cast<float>(fit.crystal[crystal]));
  }
  if (!fit.symmetry.empty()) {
    result.pairs = pair_tables(fit);
  } else {
    for (Efficiencies::PairTable& table : result.pairs) {
      table.values.clear();
      table.bins_per_module_b = 0;
    }
  }
  result.include_solid_angle = false;
  return result;
}

}  // namespace coincide::recon
