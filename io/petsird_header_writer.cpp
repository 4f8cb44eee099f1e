#include "io/petsird_header_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <span>
#include <tuple>

#include "io/module_replicas.h"
#include "projectors/error.h"
#include "recon/module_pairs.h"
#include "recon/units.h"

namespace coincide::io {
namespace {

using recon::Efficiencies;
using recon::Scanner;
using PairTable = Efficiencies::PairTable;

constexpr float widest_gap_mm = 1e-3F;
// For types whose limits are unknown: wide open. PETSIRD wants at least one window.
constexpr std::array<float, 2> any_energy_kev = {0, 2000};
/// The model has the field in all files, and 1 would be a calibration.
constexpr double not_calibrated = std::numeric_limits<double>::quiet_NaN();

void put_transforms(const std::vector<RigidMatrix>& transforms, YardlBytes& bytes) {
  bytes.varint(transforms.size());
  for (const RigidMatrix& matrix : transforms) {
    bytes.reals(matrix);
  }
}

void put_module_type(const Scanner& scanner, std::size_t type, YardlBytes& bytes) {
  const ModuleReplicas replicas = find_replicas(scanner, type);
  for (const recon::Vec3& corner : replicas.box) {
    bytes.reals(corner);
  }
  bytes.varint(0);  // materialId; there is no list of materials
  put_transforms(replicas.crystals, bytes);
  bytes.varint(0);  // nonDetectingElements
  put_transforms(replicas.modules, bytes);
}

template <class Edges>
void put_edges(const Edges& edges, YardlBytes& bytes) {
  bytes.varint(edges.size());
  bytes.reals(edges);
}

/// Calls `put(a, b)` for the lower triangle of pairs of types, with the counts of rows and columns before.
template <class Put>
void put_triangle(std::size_t num_types, YardlBytes& bytes, Put put) {
  bytes.varint(num_types);
  for (std::size_t a = 0; a < num_types; ++a) {
    bytes.varint(a + 1);
    for (std::size_t b = 0; b <= a; ++b) {
      put(a, b);
    }
  }
}

float tof_fwhm(const Scanner& scanner, std::size_t a, std::size_t b) {
  const recon::TofRange range = scanner.find_tof_range(a, b);
  const auto bins = std::span(scanner.tof_bins).subspan(range.first, range.count);
  for (const recon::TofBin& bin : bins) {
    if (std::abs(bin.sigma_mm - bins.front().sigma_mm) > 1e-4F * bin.sigma_mm) {
      throw InputError(
          fmt::format("TOF bins of one pair of module types have resolutions of {} and {} mm; PETSIRD has "
                      "one for all",
                      bins.front().sigma_mm, bin.sigma_mm));
    }
  }
  return bins.empty() ? 0 : static_cast<float>(bins.front().sigma_mm * recon::fwhm_per_sigma);
}

/// Of a type, numbered over all.
std::uint32_t first_module(const Scanner& scanner, std::size_t type) {
  std::uint32_t first = 0;
  for (std::size_t before = 0; before < type; ++before) {
    first += scanner.module_types[before].num_modules;
  }
  return first;
}

/// Groups of module pairs, numbered anew: PETSIRD has one table per pair of types, with the larger type or module
/// first, while Efficiencies may hold a pair the other way round.
class GroupWriter {
 public:
  GroupWriter(const Scanner& scanner, const Efficiencies& efficiencies, const recon::ModulePairs& partners,
              std::size_t a, std::size_t b)
      : a_(scanner.module_types[a]),
        b_(scanner.module_types[b]),
        partners_(partners),
        first_a_(first_module(scanner, a)),
        first_b_(first_module(scanner, b)),
        same_(a == b) {
    const std::size_t num_types = scanner.module_types.size();
    if (!efficiencies.pairs.empty()) {
      direct_ = &efficiencies.pairs[a * num_types + b];
      exchanged_ = &efficiencies.pairs[b * num_types + a];
    }
    connected_ = scanner.find_tof_range(a, b).count > 0;
  }

  void put_groups(YardlBytes& bytes) {
    bytes.varint(a_.num_modules);
    for (std::uint32_t row = 0; row < a_.num_modules; ++row) {
      const std::uint32_t columns = same_ ? row + 1 : b_.num_modules;
      bytes.varint(columns);
      for (std::uint32_t column = 0; column < columns; ++column) {
        bytes.signed_varint(number_of(row, column));
      }
    }
  }

  void put_values(YardlBytes& bytes) const {
    const bool any =
        std::any_of(entries_.begin(), entries_.end(), [](const Entry& e) { return values_of(e) != nullptr; });
    bytes.varint(any ? entries_.size() : 0);
    for (std::size_t number = 0; any && number < entries_.size(); ++number) {
      put_matrix(entries_[number], bytes);
      bytes.signed_varint(static_cast<std::int64_t>(number));
    }
  }

 private:
  struct Entry {
    const PairTable* table = nullptr;
    std::int32_t group = 0;
    bool turned = false;
    auto key() const { return std::tuple(table, group, turned); }
  };

  static bool is_absent(const PairTable* table) {
    return table == nullptr || (table->group.empty() && table->values.empty());
  }

  static std::int32_t group_in(const PairTable& table, std::uint32_t row, std::uint32_t column) {
    return table.group.empty() ? 0 : table.group[std::size_t{row} * table.num_modules_b + column];
  }

  static const std::vector<float>* values_of(const Entry& entry) {
    if (is_absent(entry.table) || entry.table->values.empty()) {
      return nullptr;
    }
    const auto& values = entry.table->values[static_cast<std::size_t>(entry.group)];
    return values.empty() ? nullptr : &values;
  }

  std::int64_t number_of(std::uint32_t row, std::uint32_t column) {
    if (!connected_ || (same_ && row == column) ||
        !std::ranges::binary_search(partners_.partners(first_a_ + row), first_b_ + column)) {
      return -1;
    }
    Entry entry;
    if (!is_absent(direct_) || !is_absent(exchanged_)) {
      entry = {direct_, is_absent(direct_) ? -1 : group_in(*direct_, row, column), false};
      if (entry.group < 0 && !is_absent(exchanged_)) {
        entry = {exchanged_, group_in(*exchanged_, column, row), true};
      }
    }
    if (entry.group < 0) {
      return -1;
    }
    const auto [place, is_new] = numbers_.try_emplace(entry.key(), entries_.size());
    if (is_new) {
      entries_.push_back(entry);
    }
    return static_cast<std::int64_t>(place->second);
  }

  void put_matrix(const Entry& entry, YardlBytes& bytes) const {
    const std::vector<float>* values = values_of(entry);
    const std::size_t rows = std::size_t{a_.crystals_per_module} * a_.num_energy_windows();
    const std::size_t columns = std::size_t{b_.crystals_per_module} * b_.num_energy_windows();
    bytes.varint(values == nullptr ? 0 : rows);
    for (std::size_t row = 0; values != nullptr && row < rows; ++row) {
      bytes.varint(columns);
      for (std::size_t column = 0; column < columns; ++column) {
        bytes.real((*values)[entry.turned ? column * rows + row : row * columns + column]);
      }
    }
  }

  const recon::ModuleType& a_;
  const recon::ModuleType& b_;
  const recon::ModulePairs& partners_;  ///< leaves out what no pair of crystals can be
  std::uint32_t first_a_;
  std::uint32_t first_b_;
  bool same_;
  bool connected_ = true;
  const PairTable* direct_ = nullptr;
  const PairTable* exchanged_ = nullptr;
  std::vector<Entry> entries_;
  std::map<std::tuple<const PairTable*, std::int32_t, bool>, std::size_t> numbers_;
};

void put_efficiencies(const Scanner& scanner, const Efficiencies& efficiencies, YardlBytes& bytes) {
  const std::size_t num_types = scanner.module_types.size();
  bytes.text(efficiencies.method);
  bytes.real(static_cast<float>(efficiencies.calibration_stated ? efficiencies.calibration_factor : not_calibrated));
  bytes.varint(num_types);
  for (std::size_t type = 0; type < num_types; ++type) {
    const recon::ModuleType& of = scanner.module_types[type];
    const bool stated = !efficiencies.bin.empty() && !efficiencies.bin[type].empty();
    const std::size_t bins = std::size_t{of.num_crystals()} * of.num_energy_windows();
    put_edges(stated ? efficiencies.bin[type] : std::vector<float>(bins, 1), bytes);
  }
  const recon::ModulePairs partners(scanner, efficiencies);
  std::vector<GroupWriter> groups;
  put_triangle(num_types, bytes, [&](std::size_t a, std::size_t b) {
    groups.emplace_back(scanner, efficiencies, partners, a, b).put_groups(bytes);
  });
  auto next = groups.begin();
  put_triangle(num_types, bytes, [&](std::size_t, std::size_t) { (next++)->put_values(bytes); });
}

void put_energy_edges(const Scanner& scanner, YardlBytes& bytes) {
  bytes.varint(scanner.module_types.size());
  for (const recon::ModuleType& type : scanner.module_types) {
    if (type.energy_edges_kev.size() < 2) {
      put_edges(any_energy_kev, bytes);
    } else {
      put_edges(type.energy_edges_kev, bytes);
    }
  }
}

}  // namespace

std::vector<float> petsird_tof_edges(const Scanner& scanner, std::size_t type_a, std::size_t type_b) {
  const bool mirrored = scanner.tof_range(type_a, type_b).count == 0;
  const recon::TofRange range = scanner.find_tof_range(type_a, type_b);
  std::vector<float> edges;
  for (const recon::TofBin& bin : std::span(scanner.tof_bins).subspan(range.first, range.count)) {
    const float low = bin.centre_mm - 0.5F * bin.width_mm;
    if (edges.empty()) {
      edges.push_back(low);
    } else if (std::abs(low - edges.back()) > widest_gap_mm) {
      throw InputError(
          fmt::format("a TOF bin begins at {} mm where the one before it ends at {} mm; PETSIRD has bins "
                      "without gaps",
                      low, edges.back()));
    }
    edges.push_back(bin.centre_mm + 0.5F * bin.width_mm);
  }
  if (mirrored) {
    std::reverse(edges.begin(), edges.end());
    std::transform(edges.begin(), edges.end(), edges.begin(), std::negate<>());
  }
  return edges;
}

std::size_t put_petsird_header(const Scanner& scanner, const Efficiencies& efficiencies, bool with_singles,
                               YardlBytes& bytes) {
  const std::size_t num_types = scanner.module_types.size();
  bytes.text(scanner.name);
  bytes.varint(num_types);
  for (std::size_t type = 0; type < num_types; ++type) {
    put_module_type(scanner, type, bytes);
  }
  bytes.byte(0);       // nonDetectingVolumes: absent
  bytes.varint(0);     // bulkMaterials
  bytes.byte(0);       // gantryAlignment: absent
  bytes.text("NONE");  // collimatorType
  put_triangle(num_types, bytes,
               [&](std::size_t a, std::size_t b) { put_edges(petsird_tof_edges(scanner, a, b), bytes); });
  put_triangle(num_types, bytes, [&](std::size_t a, std::size_t b) { bytes.real(tof_fwhm(scanner, a, b)); });
  put_energy_edges(scanner, bytes);  // eventEnergyBinEdges
  std::vector<float> resolutions;
  for (const recon::ModuleType& type : scanner.module_types) {
    resolutions.push_back(type.energy_resolution);
  }
  put_edges(resolutions, bytes);  // energyResolutionAt511; 0: unknown
  bytes.signed_varint(with_singles ? petsird_singles_of_all_bins : petsird_policy_none);
  bytes.varint(0);  // moduleSinglesUnitIdxLUTs
  if (with_singles) {
    put_energy_edges(scanner, bytes);  // singlesHistogramEnergyBinEdges
  } else {
    bytes.varint(0);
  }
  bytes.signed_varint(petsird_policy_none);                     // singles
  bytes.signed_varint(petsird_policy_reject_higher_multiples);  // prompts
  const std::size_t delayed_policy_at = bytes.size();
  bytes.signed_varint(petsird_policy_none);  // delayeds
  bytes.signed_varint(petsird_policy_none);  // triples
  bytes.signed_varint(petsird_policy_none);  // quadruples
  put_efficiencies(scanner, efficiencies, bytes);
  bytes.byte(0);  // exam: absent
  return delayed_policy_at;
}

}  // namespace coincide::io
