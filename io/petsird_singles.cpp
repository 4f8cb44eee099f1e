#include "io/petsird_singles.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "projectors/error.h"

namespace coincide::io {
namespace {

using recon::ModuleType;
using recon::Scanner;

/// Counts of one crystal, by energy bin of singles, each `part` of what was counted.
using Counts = std::span<const float>;

class SinglesReader {
 public:
  SinglesReader(const PetsirdSingles& how, const Scanner& scanner) : how_(how), scanner_(scanner) {
    for (const ModuleType& type : scanner.module_types) {
      result_.bin.emplace_back(std::size_t{type.num_crystals()} * type.num_energy_windows(), 0.0F);
    }
  }

  /// By type and detection bin or, in models before v0.12, module.
  void add_types(const YardlValue::List& by_type) {
    for (std::size_t type = 0; type < std::min(by_type.size(), scanner_.module_types.size()); ++type) {
      const ModuleType& of = scanner_.module_types[type];
      const std::vector<float> counts = by_type[type].floats("singles");
      const std::size_t bins = how_.window[type].size();
      if (counts.size() == of.num_crystals() * bins) {
        for (std::uint32_t crystal = 0; crystal < of.num_crystals(); ++crystal) {
          add(type, crystal, Counts(counts).subspan(crystal * bins, bins), 1);
        }
      } else if (counts.size() == of.num_modules * bins) {
        for (std::uint32_t module = 0; module < of.num_modules; ++module) {
          add_module(type, module, Counts(counts).subspan(module * bins, bins), of.crystals_per_module);
        }
      } else if (!counts.empty()) {
        throw FileError(fmt::format("{} numbers of {} crystals in {} modules with {} energy bins", counts.size(),
                                    of.num_crystals(), of.num_modules, bins));
      }
    }
  }

  /// By units of modules.
  void add_units(const YardlValue::List& units) {
    for (std::size_t unit = 0; unit < units.size(); ++unit) {
      const std::vector<float> counts = units[unit].floats("singles");
      const auto modules = modules_of(static_cast<std::int32_t>(unit));
      std::uint32_t crystals = 0;
      for (const auto& [type, module] : modules) {
        crystals += scanner_.module_types[type].crystals_per_module;
      }
      for (const auto& [type, module] : modules) {
        if (counts.size() != how_.window[type].size()) {
          throw FileError(
              fmt::format("{} numbers of a unit with {} energy bins", counts.size(), how_.window[type].size()));
        }
        add_module(type, module, counts, crystals);
      }
    }
  }

  recon::SinglesCounts take() { return std::move(result_); }

 private:
  void add(std::size_t type, std::uint32_t crystal, Counts counts, float part) {
    const std::size_t windows = scanner_.module_types[type].num_energy_windows();
    for (std::size_t bin = 0; bin < counts.size(); ++bin) {
      if (const std::int32_t window = how_.window[type][bin]; window >= 0) {
        result_.bin[type][crystal * windows + static_cast<std::size_t>(window)] += part * counts[bin];
      }
    }
  }

  void add_module(std::size_t type, std::uint32_t module, Counts counts, std::uint32_t crystals) {
    const std::uint32_t of_module = scanner_.module_types[type].crystals_per_module;
    result_.shared_out = result_.shared_out || crystals > 1;
    for (std::uint32_t crystal = module * of_module; crystal < (module + 1) * of_module; ++crystal) {
      add(type, crystal, counts, 1.0F / static_cast<float>(crystals));
    }
  }

  std::vector<std::pair<std::size_t, std::uint32_t>> modules_of(std::int32_t unit) const {
    std::vector<std::pair<std::size_t, std::uint32_t>> modules;
    for (std::size_t type = 0; type < std::min(how_.unit_of_module.size(), scanner_.module_types.size()); ++type) {
      const auto& units = how_.unit_of_module[type];
      for (std::uint32_t m = 0; m < std::min<std::size_t>(units.size(), scanner_.module_types[type].num_modules); ++m) {
        if (units[m] == unit) {
          modules.emplace_back(type, m);
        }
      }
    }
    return modules;
  }

  const PetsirdSingles& how_;
  const Scanner& scanner_;
  recon::SinglesCounts result_;
};

/// The window that each bin between `edges` is a part of; nothing where one is in several, or windows are not filled.
std::vector<std::int32_t> windows_of(const std::vector<float>& edges, const std::vector<float>& windows) {
  constexpr float same_kev = 1;
  std::vector<std::int32_t> result;
  float filled_kev = 0;
  for (std::size_t bin = 0; bin + 1 < edges.size(); ++bin) {
    result.push_back(-1);
    for (std::size_t window = 0; window + 1 < windows.size(); ++window) {
      if (edges[bin] >= windows[window] - same_kev && edges[bin + 1] <= windows[window + 1] + same_kev) {
        result.back() = static_cast<std::int32_t>(window);
        filled_kev += edges[bin + 1] - edges[bin];
      }
    }
  }
  const bool all =
      std::abs(filled_kev - (windows.back() - windows.front())) <= same_kev * static_cast<float>(edges.size());
  return all ? result : std::vector<std::int32_t>();
}

std::vector<std::int32_t> as_events(const ModuleType& type) {
  std::vector<std::int32_t> result(type.num_energy_windows());
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = static_cast<std::int32_t>(i);
  }
  return result;
}

std::vector<float> edges_of(const YardlValue& value) {
  const YardlValue* inner = value.find("edges");
  return (inner != nullptr ? *inner : value).floats("singlesHistogramEnergyBinEdges");
}

}  // namespace

PetsirdSingles understand_petsird_singles(const YardlValue& info, const Scanner& scanner) {
  PetsirdSingles result;
  const YardlValue* edges = info.find("singlesHistogramEnergyBinEdges");
  const auto* by_type = edges != nullptr ? std::get_if<YardlValue::List>(&edges->data()) : nullptr;
  for (std::size_t type = 0; type < scanner.module_types.size(); ++type) {
    const ModuleType& of = scanner.module_types[type];
    std::vector<float> own;
    if (by_type != nullptr && type < by_type->size()) {
      own = edges_of((*by_type)[type]);
    } else if (edges != nullptr && by_type == nullptr) {  // models before v0.5
      own = edges_of(*edges);
    }
    if (own.size() < 2 || of.energy_edges_kev.size() < 2) {
      result.window.push_back(as_events(of));
      continue;
    }
    result.window.push_back(windows_of(own, of.energy_edges_kev));
    if (result.window.back().empty()) {
      result.problem = fmt::format("they are of {:g} to {:g} keV, prompts of {:g} to {:g} keV", own.front(), own.back(),
                                   of.energy_edges_kev.front(), of.energy_edges_kev.back());
    }
  }
  if (const YardlValue* units = info.find("moduleSinglesUnitIdxLUTs")) {
    for (const YardlValue& of_type : units->list("moduleSinglesUnitIdxLUTs")) {
      result.unit_of_module.push_back(of_type.integers("moduleSinglesUnitIdxLUTs"));
    }
  }
  return result;
}

recon::SinglesCounts read_singles(std::string_view field, const YardlValue& value, const PetsirdSingles& how,
                                  const Scanner& scanner) {
  const YardlValue::List& list = value.list("singles");
  if (list.empty()) {
    return {};
  }
  SinglesReader reader(how, scanner);
  if (field == "singlesPerSinglesUnitHistogram") {
    reader.add_units(list);
  } else {
    reader.add_types(list);
  }
  return reader.take();
}

}  // namespace coincide::io
